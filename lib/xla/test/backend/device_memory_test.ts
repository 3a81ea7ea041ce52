import { equal, ok } from "node:assert/strict";
import * as tf from "@tensorflow/tfjs-core";
import { backendTest, values, xla } from "../support/backend.ts";
import { jit } from "../../src/mod.ts";
import { deviceMemory, resetPeak } from "../../src/backend/device_memory.ts";

/** More than a small array of one number, which is uploaded once for all. */
const ELEMENTS = 2048;

backendTest(
  "values are counted while they are on the device, results and replaced variables included",
  () => {
    const before = deviceMemory().live;
    const x = tf.ones([ELEMENTS]);
    equal(deviceMemory().live, before, "still on the host");
    const y = tf.add(x, 1);
    xla().storageOf(y.dataId);
    equal(deviceMemory().live - before, 8 * ELEMENTS);
    const v = tf.tidy(() => tf.variable(tf.zeros([ELEMENTS])));
    const step = jit((y: tf.Tensor) => v.assign(tf.add(v, y) as tf.Tensor1D));
    for (let i = 0; i < 3; i++) step(y);
    equal(deviceMemory().live - before, 12 * ELEMENTS);
    tf.dispose([x, y, v]);
    step.dispose();
    equal(deviceMemory().live, before);
  },
);

backendTest("the peak holds what a running program needs", () => {
  const x = tf.ones([300, 300]);
  const product = jit((x: tf.Tensor2D) => tf.sum(tf.matMul(tf.matMul(x, x), x)));
  resetPeak();
  const before = deviceMemory();
  equal(before.peak, before.live);
  values(product(x as tf.Tensor2D));
  const { peak } = deviceMemory();
  ok(peak >= before.live + product.memory(x as tf.Tensor2D)!.temporary, `${peak}`);
  product.dispose();
  x.dispose();
  const told = tf.memory() as unknown as { deviceBytes: number; peakDeviceBytes: number };
  equal(told.peakDeviceBytes, peak);
  equal(told.deviceBytes, deviceMemory().live);
});

/** Makes values that nobody keeps; in a function of its own, so that no register holds the last one. */
function forget(count: number): void {
  for (let i = 0; i < count; i++) {
    const x = tf.fill([ELEMENTS], i);
    xla().storageOf(tf.add(x, 1).dataId);
  }
}

backendTest("the garbage collector frees what was not disposed of", async () => {
  const collect = (globalThis as { gc?: () => void }).gc;
  const before = deviceMemory().live;
  forget(50);
  ok(deviceMemory().live >= before + 50 * 4 * ELEMENTS);
  for (let i = 0; i < 1000 && deviceMemory().live > before; i++) {
    if (collect) collect();
    // Without a collector to call, garbage makes it run.
    else Array.from({ length: 50 }, () => new Float64Array(50_000));
    await new Promise((resolve) => setTimeout(resolve, 5));
  }
  equal(deviceMemory().live, before);
});
