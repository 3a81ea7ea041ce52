import { deepEqual, equal, throws } from "node:assert/strict";
import * as tf from "@tensorflow/tfjs-core";
import { backendTest, values, variable } from "./support/backend.ts";
import { liveBuffers } from "../src/pjrt/buffer.ts";
import { jit, scan } from "../src/mod.ts";

backendTest("mistakes are named: lengths, carries that change, assignments, second gradients", () => {
  const x = tf.ones([3, 2]);
  const same = (c: tf.Tensor): [tf.Tensor, null] => [c, null];
  throws(
    () => scan(same, x, [x, tf.ones([4])]),
    /first axis of 3 in all of xs, found \[4\] in tensor 2 of 2/,
  );
  throws(
    () => scan(same, x, null),
    /expected xs with a first axis, or a length .* found the length undefined/,
  );
  throws(() => scan(same, x, tf.scalar(1)), /found a scalar in xs/);
  throws(
    () => scan((c: tf.Tensor) => [tf.sum(c), null], x, null, { length: 2 }),
    /the carry must keep its form, shapes and types: it was float32\[3,2\] and became float32\[\]/,
  );
  throws(() => scan((() => x) as never, x, null, { length: 2 }), /must return \[carry, output\]/);
  const v = variable([1]);
  const assigning = () =>
    scan(
      (c: tf.Tensor) => {
        v.assign(tf.add(v, 1) as never);
        return [c, null];
      },
      x,
      null,
      { length: 2 },
    );
  throws(assigning, /scan: the function must not assign variables \('.+'\); return the new values/);
  deepEqual(values(v), [1]);
  v.dispose();
  const cube = (x: tf.Tensor) => scan((c: tf.Tensor) => [tf.mul(c, x), null], x, null, { length: 2 })[0];
  deepEqual(values(tf.grad(cube)(tf.scalar(2))), [12]);
  throws(() => tf.grad(tf.grad(cube))(tf.scalar(2)), /scan: gradients of gradients are not supported/);
});

backendTest("what a step leaves outside has no value, and says so", () => {
  let kept: tf.Tensor | undefined;
  const f = () =>
    scan(
      (c: tf.Tensor, x: tf.Tensor) => {
        kept = tf.keep(tf.add(c, x));
        return [c, null];
      },
      tf.scalar(1),
      tf.tensor1d([1, 2]),
    )[0];
  const message = /made inside a compiled function has no value outside of it/;
  deepEqual(values(f()), [1]);
  throws(() => kept!.dataSync(), message);
  throws(() => tf.add(kept!, 1), message);
  throws(() => jit(() => tf.add(f(), kept!))(), message);
  deepEqual(values(tf.add(tf.scalar(1), 1)), [2], "nothing else is disturbed");
});

backendTest("nothing is left behind", () => {
  const step = () =>
    tf.tidy(() => {
      const big = tf.tensor1d(Array.from({ length: 5000 }, (_, i) => i));
      const f = (x: tf.Tensor) =>
        scan(
          (c: tf.Tensor, x: tf.Tensor) => {
            const made = tf.tensor1d(Array.from({ length: 5000 }, (_, i) => i % 7));
            return [tf.add(c, tf.sum(tf.mul(tf.mul(big, made), x))), null];
          },
          tf.scalar(0),
          x,
        )[0];
      return values(tf.grad(f)(tf.tensor1d([1, 2])))[0];
    });
  const first = step();
  const [tensors, buffers] = [tf.memory().numTensors, liveBuffers()];
  equal(step(), first);
  throws(() => tf.tidy(() => scan(() => [tf.tensor1d([1]), 1], tf.zeros([1]), [tf.scalar(0)])));
  throws(() =>
    tf.tidy(() => {
      const outside = tf.scalar(1);
      return scan((c) => [tf.matMul(c, outside as never), 1], tf.zeros([1]), null, { length: 1 })[0];
    })
  );
  deepEqual([tf.memory().numTensors, liveBuffers()], [tensors, buffers]);
});
