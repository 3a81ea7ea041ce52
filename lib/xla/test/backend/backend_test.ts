import { deepEqual, equal, ok, throws } from "node:assert/strict";
import * as tf from "@tensorflow/tfjs-core";
import { backendTest, useBackend, values, xla } from "../support/backend.ts";
import { liveBuffers } from "../../src/pjrt/buffer.ts";
import { node } from "../../src/stablehlo/node.ts";
import { jit } from "../../src/mod.ts";
import { MAX_PENDING } from "../../src/backend/cuts.ts";

/** How many programs were made, compiled or taken from disk. */
const made = (): number => xla().programs.spent.programs + xla().programs.spent.stored;

backendTest("nothing is computed before a value is read, and then everything at once", async () => {
  const x = tf.tensor1d([1, 2, 3]);
  const before = made();
  const [sum, square, cosine] = [tf.sum(x), tf.square(x), tf.cos(x)];
  equal(made(), before);
  deepEqual(Array.from(await square.data()), [1, 4, 9]);
  equal(made(), before + 1);
  deepEqual([values(sum), values(cosine)[0]], [[6], Math.fround(Math.cos(1))]);
  equal(made(), before + 1);
});

backendTest("the same operations on other values are compiled once", () => {
  const f = (value: number) => values(tf.exp(tf.mul(tf.tensor1d([value, 1]), tf.scalar(value))));
  f(1);
  const before = made();
  deepEqual(f(0), [1, 1]);
  equal(made(), before);
});

backendTest("long computations are run in pieces, wherever the border falls", () => {
  for (const missing of [0, 1, 2, 3, 4]) {
    const x = tf.tidy(() => tf.add(tf.tensor1d([1, 2, 3, 4]), tf.scalar(1)));
    const y = tf.neg(x);
    x.dispose();
    for (let i = 0; i < MAX_PENDING - missing; i++) tf.abs(y).dispose();
    const before = made();
    const parts = tf.unstack(y);
    y.dispose();
    const sum = tf.addN([...parts.reverse(), tf.scalar(1)]);
    tf.dispose(parts);
    deepEqual(values(sum), [-13]);
    ok(made() - before <= 2);
  }
});

backendTest("operands may be disposed before what needs them is computed", () => {
  const before = liveBuffers();
  const x = tf.tensor1d([1, 2]);
  values(tf.add(x, 0));
  const y = tf.mul(x, 3);
  x.dispose();
  const z = tf.add(y, 1);
  y.dispose();
  deepEqual(values(z), [4, 7]);
  const unread = tf.neg(tf.tensor1d([1]));
  unread.dispose();
  values(tf.scalar(1));
  equal(liveBuffers(), before);
});

backendTest("one operation that can't be compiled does not take the values of others with it", () => {
  const good = tf.add(tf.tensor1d([1, 2]), 1);
  const broken = node({ shape: [2], element: "f32" }, [], () => "stablehlo.no_such_operation");
  const bad = tf.engine().makeTensorFromTensorInfo(xla().record(broken));
  const after = tf.mul(good, 2);
  deepEqual(values(after), [4, 6]);
  throws(() => bad.dataSync(), /no_such_operation/);
  throws(() => tf.add(bad, 1), /no_such_operation/);
  throws(() => jit(() => tf.add(bad, 1))(), /no_such_operation/);
  deepEqual(values(jit(() => tf.add(good, 1))()), [3, 4]);
  bad.dispose();
  deepEqual(values(good), [2, 3]);
});

backendTest("empty tensors and scalars can be read", async () => {
  const empty = tf.mul(tf.zeros([0, 3]), 2);
  deepEqual([empty.shape, Array.from(empty.dataSync()), Array.from(await empty.data())], [[0, 3], [], []]);
  deepEqual(values(tf.sum(empty)), [0]);
  deepEqual(values(tf.scalar(5, "int32")), [5]);
  deepEqual(values(tf.scalar(true)), [1]);
});

backendTest("strings and complex numbers are tensors too, and leave nothing behind", () => {
  const before = [tf.memory().numTensors, xla().numDataIds(), liveBuffers()];
  tf.tidy(() => {
    const words = tf.tensor2d([["a", "b"], ["c", "é"]]);
    deepEqual(tf.slice(tf.concat([words, words], 1), [1, 1], [1, 2]).arraySync(), [["é", "c"]]);
    const x = tf.complex([1, 2], [3, -4]);
    const product = tf.mul(x, x);
    deepEqual([values(tf.real(product)), values(tf.imag(product))], [[-8, -12], [6, -16]]);
    deepEqual(values(tf.real(tf.ifft(tf.fft(tf.reshape(x, [1, 2]))))), [1, 2]);
    deepEqual(values(x), [1, 3, 2, -4]);
  });
  deepEqual([tf.memory().numTensors, xla().numDataIds(), liveBuffers()], before);
});

backendTest(
  "in a compiled function complex numbers can be taken apart; what else is done with them is named",
  () => {
    const swap = jit((re: tf.Tensor, im: tf.Tensor) => tf.sub(tf.imag(tf.complex(re, im)), re));
    deepEqual(values(swap(tf.tensor1d([1]), tf.tensor1d([5]))), [4]);
    const multiply = jit((re: tf.Tensor) => tf.real(tf.mul(tf.complex(re, re), tf.complex(re, re))));
    throws(() => multiply(tf.tensor1d([1])), /the operation Multiply is not compiled, and its operand/);
    throws(() => xla().entry(tf.tensor1d(["a"]).dataId), /float32, int32 and bool tensors; found string/);
  },
);

backendTest("tensors follow when the engine changes", async () => {
  const x = tf.add(tf.tensor1d([1, 2]), 1);
  const shared = x.reshape([2, 1]);
  await useBackend("cpu");
  deepEqual(values(tf.mul(x, 2)), [4, 6]);
  await useBackend("xla");
  deepEqual(values(tf.mul(shared, 3)), [6, 9]);
  deepEqual(values(x), [2, 3]);
  const small = await onCpu();
  const f = jit(() => tf.add(small, 1));
  deepEqual(values(f()), [8]);
  deepEqual(values(small), [7], "still there after it was built into a program");
});

async function onCpu(): Promise<tf.Tensor> {
  await useBackend("cpu");
  const tensor = tf.scalar(7);
  await useBackend("xla");
  return tensor;
}
