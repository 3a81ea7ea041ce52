import { deepEqual, equal, ok, throws } from "node:assert/strict";
import * as tf from "@tensorflow/tfjs-core";
import { backendTest, values, variable } from "./support/backend.ts";
import { checkpoint } from "../src/checkpoint.ts";
import { liveBuffers } from "../src/pjrt/buffer.ts";
import { scan } from "../src/scan.ts";
import { jit, memoryOf } from "../src/mod.ts";
import { tensorSpec } from "../src/tree.ts";

const near = (found: tf.Tensor, expected: tf.Tensor) => {
  deepEqual(found.shape, expected.shape);
  const b = expected.dataSync();
  const scale = Math.max(1, ...b.map(Math.abs));
  found.dataSync().forEach((v, i) => ok(Math.abs(v - b[i]!) < 1e-5 * scale, `${v} is not ${b[i]}`));
};

/** A wide hidden layer, with a variable and a tensor from outside. */
const layer = (w: tf.Tensor, shift: tf.Tensor) => (x: tf.Tensor): tf.Tensor => {
  const hidden = tf.tanh(tf.add(tf.matMul(x as tf.Tensor2D, w as tf.Tensor2D), shift));
  return tf.matMul(hidden as tf.Tensor2D, w as tf.Tensor2D, false, true);
};

backendTest("gradients are those without it: arguments, variables, tensors from outside", () => {
  tf.tidy(() => {
    const w = tf.variable(tf.randomNormal([3, 16], 0, 0.5, "float32", 1));
    const loss = (wrap: typeof checkpoint) => (x: tf.Tensor, shift: tf.Tensor, w: tf.Tensor) => {
      const f = wrap(layer(w, tf.sin(shift)));
      return tf.sum(tf.square(f(f(x))));
    };
    const [x, shift] = [
      tf.randomNormal([5, 3], 0, 1, "float32", 2),
      tf.randomNormal([16], 0, 1, "float32", 3),
    ];
    const gradients = (wrap: typeof checkpoint) => (x: tf.Tensor, shift: tf.Tensor) =>
      tf.grads(loss(wrap))([x, shift, w]);
    const expected = gradients((fn) => fn)(x, shift);
    for (const run of [gradients(checkpoint), jit(gradients(checkpoint))]) {
      run(x, shift).forEach((gradient, i) => near(gradient, expected[i]!));
    }
    near(loss(checkpoint)(x, shift, w), loss((fn) => fn)(x, shift, w));
    w.dispose();
  });
});

backendTest("the memory between operands and results is not kept", () => {
  const w = tf.tidy(() => tf.variable(tf.randomNormal([8, 512], 0, 0.05, "float32", 1)));
  const shift = tf.zeros([512]);
  const temporary = (wrap: typeof checkpoint) => {
    const block = wrap(layer(w, shift));
    const step = (x: tf.Tensor) =>
      tf.variableGrads(() => {
        let h = x;
        for (let i = 0; i < 8; i++) h = tf.add(h, block(h));
        return tf.sum(h) as tf.Scalar;
      });
    return memoryOf(step, tensorSpec([1024, 8])).temporary;
  };
  const hidden = 4 * 1024 * 512;
  const [kept, again] = [temporary((fn) => fn), temporary(checkpoint)];
  ok(kept > 7 * hidden, `${kept} bytes without`);
  // A GPU's matrix products have a workspace beside.
  ok(kept - again > 4 * hidden, `${again} bytes with checkpoint, ${kept} without`);
  tf.dispose([w, shift]);
});

backendTest("inside a scan, around one and inside another, gradients are the same", () => {
  tf.tidy(() => {
    const loss = (wrap: typeof checkpoint) => (x: tf.Tensor, w: tf.Tensor): tf.Tensor => {
      const inner = wrap((h: tf.Tensor) => tf.sin(tf.mul(h, w)));
      const outer = wrap((h: tf.Tensor) => tf.tanh(tf.add(inner(inner(h)), tf.mul(h, w))));
      const loop = wrap((xs: tf.Tensor) =>
        scan((c: tf.Tensor, v: tf.Tensor) => [tf.add(outer(c), v), inner(c)], tf.scalar(0.3), xs)
      );
      const [last, all] = loop(x);
      return tf.add(last, tf.sum(all));
    };
    const [x, w] = [tf.tensor1d([0.5, -1, 2]), tf.scalar(0.8)];
    const expected = tf.grads(loss((fn) => fn))([x, w]);
    for (
      const run of [tf.grads(loss(checkpoint)), (all: tf.Tensor[]) => jit(tf.grads(loss(checkpoint)))(all)]
    ) {
      run([x, w]).forEach((gradient, i) => near(gradient, expected[i]!));
    }
  });
});

backendTest("several results of any type, plain values, and draws in JavaScript", () => {
  let draws = 0;
  const loss = (x: tf.Tensor) => {
    const { parts: [a, b], index, name } = checkpoint((x: tf.Tensor, by: number) => {
      const drawn = ++draws;
      return {
        parts: [tf.mul(x, by), tf.mul(tf.square(x), drawn)] as const,
        index: tf.argMax(x),
        name: "x",
      };
    })(x, 3);
    deepEqual([index.dtype, name], ["int32", "x"]);
    return tf.sum(tf.add(tf.mul(a, b), tf.cast(index, "float32")));
  };
  const x = tf.tensor1d([1, 2]);
  deepEqual(values(tf.grad(loss)(x)), [9, 36]);
  equal(draws, 1);
});

backendTest("without a gradient it is the function; mistakes are named; nothing is left behind", () => {
  const f = checkpoint((x: tf.Tensor) => tf.mul(tf.mul(x, x), x));
  const x = tf.scalar(2);
  deepEqual(values(f(x)), [8]);
  throws(() => tf.tidy(() => tf.grad(tf.grad(f))(x)), /checkpoint: gradients of gradients are not supported/);
  const v = variable([1]);
  const assigning = checkpoint((x: tf.Tensor) => {
    v.assign(tf.add(v, 1) as never);
    return x;
  });
  throws(() => tf.tidy(() => tf.grad(assigning)(x)), /checkpoint: the function must not assign variables/);
  deepEqual(values(v), [1]);
  const [tensors, buffers] = [tf.memory().numTensors, liveBuffers()];
  for (let i = 0; i < 3; i++) deepEqual(values(tf.grad(f)(x)), [12]);
  deepEqual([tf.memory().numTensors, liveBuffers()], [tensors, buffers]);
  v.dispose();
});
