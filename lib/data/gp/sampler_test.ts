import * as tf from "@tensorflow/tfjs-core";
import { deepEqual, ok } from "node:assert/strict";
import { createRng, jit } from "../../engine/mod.ts";
import { xlaTest } from "../../engine/support_test.ts";
import { GP_KERNELS, hostCholesky, hostCovariance } from "./kernels.ts";
import { drawGp, gpBatch, type GpTasks, sampleGp } from "./sampler.ts";

const keyOf = (seed: number) => tf.tensor1d([seed, 1], "int32");

for (const kernel of GP_KERNELS) {
  xlaTest(
    `${kernel} functions of many points, one after another, are the factor times the noise`,
    async () => {
      const tasks: GpTasks = { kernel, batch: 2, points: 530 };
      const { x, y, length, scale, period, noise } = await values(
        jit((key: tf.Tensor) => {
          const draws = drawGp(tasks, createRng(key));
          return { ...gpBatch(tasks, draws), noise: draws.noise };
        })(keyOf(1)),
      );
      for (let item = 0; item < 2; item++) {
        const rows = (of: Float32Array) => of.subarray(item * 530, (item + 1) * 530);
        const parameters = { length: length![item]!, scale: scale![item]!, period: period?.[item] };
        const l = hostCholesky(hostCovariance(kernel, rows(x!), parameters), 530);
        const expected = product(l, rows(noise!));
        const worst = Math.max(...expected.map((value, i) => Math.abs(value - rows(y!)[i]!)));
        ok(worst < 5e-3, `item ${item} differs by ${worst}`);
      }
    },
  );
}

async function values(named: object): Promise<Record<string, Float32Array>> {
  const read = Object.entries(named).map(async (
    [name, tensor],
  ) => [name, await (tensor as tf.Tensor).data()]);
  return Object.fromEntries(await Promise.all(read));
}

function product(l: Float64Array, noise: Float32Array): Float64Array {
  const n = noise.length;
  return Float64Array.from({ length: n }, (_, i) => noise.reduce((sum, e, k) => sum + l[i * n + k]! * e, 0));
}

xlaTest("a batch belongs to its key and stays within the bounds of inputs and hyperparameters", async () => {
  const sample = jit((key: tf.Tensor) => sampleGp({ kernel: "periodic", batch: 64, points: 20 }, key));
  const [first, again, other] = await Promise.all([1, 1, 2].map((seed) => values(sample(keyOf(seed)))));
  deepEqual(first, again);
  ok(first!.y!.some((value, i) => value !== other!.y![i]));
  for (
    const [name, low, high] of [["x", -2, 2], ["length", 0.1, 0.6], ["scale", 0.1, 1], [
      "period",
      0.1,
      0.5,
    ]] as const
  ) {
    ok(first![name]!.every((value) => value >= low && value <= high), name);
  }
});

xlaTest("values have the deviation of their function's scale and the noise", async () => {
  const sample = jit((key: tf.Tensor) => sampleGp({ kernel: "rbf", batch: 512, points: 8 }, key));
  const { y, scale } = await values(sample(keyOf(3)));
  const ratios = Array.from(y!, (value, i) => value ** 2 / (scale![Math.floor(i / 8)]! ** 2 + 4e-4));
  const mean = ratios.reduce((a, b) => a + b) / ratios.length;
  // Values of one function are dependent: of the spread sqrt(2 / n) no more than n = 512 is sure.
  ok(Math.abs(mean - 1) < 3 * Math.sqrt(2 / 512), String(mean));
});
