import { deepEqual, equal, ok, rejects, throws } from "node:assert/strict";
import * as tf from "@tensorflow/tfjs-core";
import { backendTest, values, variable } from "./support/backend.ts";
import { pairDonations } from "../src/donation.ts";
import { liveBuffers } from "../src/pjrt/buffer.ts";
import { leaf } from "../src/stablehlo/node.ts";
import { jit } from "../src/mod.ts";

Deno.test("a result of the same type takes a donated argument's memory, once", () => {
  const f32 = (...shape: number[]) => leaf({ shape, element: "f32" }, {});
  const [a, b, c, d] = [f32(2), f32(3), f32(2), f32(2)];
  const whole = leaf({ shape: [3], element: "i32" }, {});
  const pairs = pairDonations([a, b, c, d], [f32(2, 1), f32(2), whole, f32(2)]);
  deepEqual([...pairs], [[a.leaf, 1], [c.leaf, 3]]);
});

backendTest("a donated tensor's memory becomes the result's, and reading it says who took it", async () => {
  const step = jit(function advance(state: { h: tf.Tensor; unused: tf.Tensor }, x: tf.Tensor) {
    return tf.add(tf.mul(state.h, 2), x);
  }, { donate: [0] });
  const x = tf.ones([2, 500]);
  const message =
    /a tensor \(float32 \[2,500\]\) was donated to advance, which may have written over its memory/;
  let h: tf.Tensor = tf.zeros([2, 500]);
  for (let i = 0; i < 3; i++) {
    const before = h;
    const unused = tf.ones([3]);
    h = step({ h, unused }, x);
    throws(() => before.dataSync(), message);
    await rejects(before.data(), message);
    throws(() => tf.add(before, 1), message);
    throws(() => step({ h: before, unused: tf.ones([3]) }, x), message);
    throws(() => unused.dataSync(), /a tensor \(float32 \[3\]\) was donated to advance/);
    tf.dispose([before, unused]);
  }
  equal(step.memory({ h, unused: tf.ones([3]) }, x)!.aliased, 4000);
  equal(values(h)[999], 7);
  deepEqual(values(tf.add(x, 1))[0], 2, "nothing else is disturbed");
});

backendTest("memory that somebody else needs can't be donated", () => {
  const f = jit((a: tf.Tensor, b: tf.Tensor) => tf.add(a, b), { donate: [0], name: "sum" });
  const [x, y] = [tf.tensor1d([1, 2]), tf.tensor1d([3, 4])];
  throws(
    () => f(x, x),
    /sum: the tensor float32 \[2\] can't be donated and be another argument of the same call/,
  );
  const clone = x.clone();
  throws(() => f(x, y), /sum: the tensor float32 \[2\] can't be donated: a clone, a reshaped tensor/);
  clone.dispose();
  const builtIn = jit(() => tf.mul(y, 2));
  builtIn().dispose();
  throws(() => f(y, x), /or a compiled function has it built in/);
  const v = variable([5, 6]);
  deepEqual(values(jit((a: tf.Tensor) => tf.add(a, v), { donate: [0] })(tf.ones([2]))), [6, 7]);
  deepEqual(values(f(x, y)), [4, 6]);
  deepEqual(values(v), [5, 6]);
  v.dispose();
  builtIn.dispose();
});

backendTest("what waits to be computed is computed before its operand is donated", () => {
  const f = jit((a: tf.Tensor) => tf.mul(a, 10), { donate: [0] });
  const x = tf.tensor1d([1, 2]);
  const later = tf.add(x, 1);
  deepEqual([values(f(x)), values(later)], [[10, 20], [2, 3]]);
  deepEqual(values(f(tf.add(tf.tensor1d([1]), 1))), [20]);
});

backendTest("a donated tensor leaves no buffer behind", () => {
  const f = jit((a: tf.Tensor) => [tf.sum(a), tf.mul(a, 2)], { donate: [0] });
  const [tensors, buffers] = [tf.memory().numTensors, liveBuffers()];
  for (let i = 0; i < 3; i++) {
    const x = tf.ones([100]);
    const results = f(x);
    ok(liveBuffers() <= buffers + 2);
    tf.dispose([x, ...results]);
  }
  deepEqual([tf.memory().numTensors, liveBuffers()], [tensors, buffers]);
});
