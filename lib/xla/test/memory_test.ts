import { deepEqual, equal, ok, throws } from "node:assert/strict";
import * as tf from "@tensorflow/tfjs-core";
import { backendTest, values, variable } from "./support/backend.ts";
import { liveBuffers } from "../src/pjrt/buffer.ts";
import { jit, memoryOf } from "../src/mod.ts";
import { tensorSpec } from "../src/tree.ts";

const assign = (v: tf.Variable, value: tf.Tensor) => v.assign(value as tf.Tensor1D);

backendTest("memoryOf runs nothing: types stand for tensors, and variables keep their values", () => {
  const w = variable(Array<number>(100).fill(1));
  const step = (x: tf.Tensor) => {
    assign(w, tf.add(w, tf.sum(x, 0)));
    return tf.sum(w);
  };
  const memory = memoryOf(step, tensorSpec([50, 100]));
  deepEqual(values(w), Array<number>(100).fill(1));
  equal(memory.arguments, 4 * (50 * 100 + 100));
  equal(memory.aliased, 4 * 100);
  ok(memory.outputs >= 4 * 101);
  equal(memory.peak, memory.arguments + memory.outputs - memory.aliased + memory.temporary);
  w.dispose();
});

backendTest("memoryOf leaves nothing behind, and the figures are those of the compiled function", () => {
  const v = variable([1, 2, 3]);
  const fn = (x: tf.Tensor) => tf.matMul(x, tf.mul(x, v));
  const buffers = liveBuffers();
  const tensors = tf.memory().numTensors;
  const memory = memoryOf(fn, tensorSpec([3, 3]));
  deepEqual([tf.memory().numTensors, liveBuffers()], [tensors, buffers]);
  const compiled = jit(fn);
  const x = tf.ones([3, 3]);
  equal(compiled.memory(x), undefined, "not called yet");
  compiled(x).dispose();
  deepEqual(compiled.memory(x), memory);
  v.dispose();
});

backendTest("variables made at first use count as variables", () => {
  let w: tf.Variable | undefined;
  const fn = (x: tf.Tensor) => tf.add(x, w ??= tf.tidy(() => tf.variable(tf.tensor1d([1, 2, 3]))));
  equal(memoryOf(fn, tensorSpec([3])).arguments, 24);
  deepEqual(values(w!), [1, 2, 3]);
  w!.dispose();
});

backendTest("memoryOf says what to do about variables that are computed from the arguments", () => {
  throws(
    () => memoryOf((x: tf.Tensor) => tf.variable(tf.add(x, 1)), tensorSpec([3])),
    /the function makes variables and computes their values; run it once first/,
  );
  throws(
    () => jit((x: tf.Tensor) => tf.scalar(memoryOf(() => x).peak))(tf.scalar(1)),
    /memoryOf was used inside a compiled function/,
  );
  ok(memoryOf(() => tf.scalar(1)).peak > 0);
});
