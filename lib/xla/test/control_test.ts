import { deepEqual, throws } from "node:assert/strict";
import * as tf from "@tensorflow/tfjs-core";
import { checkpoint, scan } from "../src/mod.ts";
import { backendTest, useBackend } from "./support/backend.ts";

const list = (tensor: tf.Tensor) => [tensor.shape, Array.from(tensor.dataSync())];

/** Values and gradients of a scan over a tree, in both directions, and of checkpointed functions. */
function results(): unknown[] {
  return tf.tidy(() => {
    const w = tf.scalar(2);
    const run = (reverse: boolean) => (x: tf.Tensor) => {
      const [last, { partial }] = scan(
        (carry: { sum: tf.Tensor }, { v, n }: { v: tf.Tensor; n: tf.Tensor }) => {
          const sum = tf.add(tf.mul(carry.sum, w), tf.mul(v, tf.cast(n, "float32")));
          return [{ sum }, { partial: tf.mul(sum, v) }];
        },
        { sum: tf.zeros([2]) as tf.Tensor },
        { v: x, n: tf.tensor1d([1, 2, 3], "int32") as tf.Tensor },
        { reverse },
      );
      return { last: last.sum, partial };
    };
    const x = tf.tensor2d([[1, 2], [3, 4], [5, 6]]);
    const empty = scan((c: tf.Tensor, x: tf.Tensor) => [c, tf.mul(x, 2)], w, tf.zeros([0, 3]));
    const counted = scan((c: tf.Tensor, _: null) => [tf.mul(c, 3), null], w, null, { length: 3 });
    const cube = checkpoint((x: tf.Tensor) => tf.mul(tf.mul(x, x), w));
    return [
      ...[false, true].flatMap((reverse) => {
        const loss = (x: tf.Tensor) => {
          const { last, partial } = run(reverse)(x);
          return tf.add(tf.sum(last), tf.sum(partial));
        };
        const { last, partial } = run(reverse)(x);
        return [list(last), list(partial), list(tf.grad(loss)(x))];
      }),
      [list(empty[0]), list(empty[1])],
      list(counted[0]),
      list(cube(x)),
      list(tf.grad((x) => tf.sum(cube(x)))(x)),
    ];
  });
}

backendTest("scan and checkpoint give the same on another backend", async () => {
  const found = results();
  await useBackend("cpu");
  deepEqual(results(), found);
  throws(
    () => scan((c: tf.Tensor) => [tf.sum(c), null], tf.ones([3]), null, { length: 1 }),
    /the carry must keep its form, shapes and types: it was float32\[3\] and became float32\[\]/,
  );
  await useBackend("xla");
});
