import { ok, throws } from "node:assert/strict";
import * as tf from "@tensorflow/tfjs-core";
import { jit } from "../../engine/mod.ts";
import { xlaTest } from "../../engine/testing.ts";
import { drawCounts } from "./counts.ts";
import type { GpKernel } from "./kernels.ts";
import { gpPosterior, jointLogDensity, logMarginal, pointLogDensities } from "./posterior.ts";
import { sampleGp } from "./sampler.ts";

/** Mean target log densities of the exact predictor in the reference: kernel, least context, exact, floored at 0.1. */
const CEILINGS: [GpKernel, number, number, number][] = [
  ["rbf", 64, 2.354, 1.3517],
  ["rbf", 256, 2.462, 1.3623],
  ["matern", 64, 2.14, 1.31],
  ["periodic", 64, 2.257, 1.332],
];
const BATCH = 16;

for (const [kernel, least, exact, floored] of CEILINGS) {
  xlaTest(`exact regression reaches the ceilings of ${kernel} with contexts from ${least}`, async () => {
    const ranges = { context: [least, 2 * least], target: [4, 64] } as const;
    const points = 2 * least + 64;
    const sample = jit((key: tf.Tensor) => sampleGp({ kernel, batch: BATCH, points }, key));
    const means: [number, number][] = [];
    for (let batch = 0; batch < (least > 64 ? 4 : 20); batch++) {
      const counts = drawCounts([1, batch], ranges);
      const { x, y, length, scale, period } = sample(tf.tensor1d([1, batch], "int32"));
      const [xs, ys, lengths, scales, periods] = await Promise.all(
        [x, y, length, scale, period ?? scale].map((tensor) => tensor.data()),
      );
      for (let item = 0; item < BATCH; item++) {
        const rows = (of: ArrayLike<number>, from: number, to: number) =>
          Array.from({ length: to - from }, (_, i) => of[item * points + from + i]!);
        const parameters = { length: lengths![item]!, scale: scales![item]!, period: periods![item]! };
        const [from, to] = [counts.context, counts.context + counts.target];
        const context = { x: rows(xs!, 0, from), y: rows(ys!, 0, from) };
        const posterior = gpPosterior(kernel, parameters, context, rows(xs!, from, to));
        const target = rows(ys!, from, to);
        const mean = (floor: number) => {
          const values = pointLogDensities(posterior, target, floor);
          return values.reduce((a, b) => a + b) / values.length;
        };
        means.push([mean(0), mean(0.1)]);
      }
    }
    for (const [column, expected] of [exact, floored].entries()) {
      const values = means.map((pair) => pair[column]!);
      const mean = values.reduce((a, b) => a + b) / values.length;
      const spread = Math.sqrt(values.reduce((sum, v) => sum + (v - mean) ** 2, 0) / (values.length - 1));
      const error = spread / Math.sqrt(values.length);
      ok(Math.abs(mean - expected) < 3 * error + 0.001, `${mean} ± ${error}, expected ${expected}`);
    }
  });
}

Deno.test("the joint density is the ratio of marginal likelihoods", () => {
  const parameters = { length: 0.4, scale: 0.8 };
  const [context, target] = [{ x: [-1, 0, 0.7], y: [0.3, -0.2, 0.5] }, { x: [0.2, 1], y: [0, 0.6] }];
  const { mean, covariance } = gpPosterior("matern", parameters, context, target.x);
  const all = { x: [...context.x, ...target.x], y: [...context.y, ...target.y] };
  const ratio = logMarginal("matern", parameters, all) - logMarginal("matern", parameters, context);
  ok(Math.abs(jointLogDensity(mean, covariance, target.y) - ratio) < 1e-9);
});

Deno.test("equal inputs are no obstacle, and without a context the prior is predicted", () => {
  const parameters = { length: 0.4, scale: 0.8 };
  const twice = gpPosterior("rbf", parameters, { x: [0, 0], y: [1, 1.02] }, [0, 0]);
  ok(Math.abs(twice.mean[0]! - 1.01) < 1e-2 && twice.deviation[0]! > 0.02);
  const prior = gpPosterior("rbf", parameters, { x: [], y: [] }, [0]);
  ok(prior.mean[0] === 0 && Math.abs(prior.deviation[0]! - Math.sqrt(0.64 + 4e-4)) < 1e-12);
  throws(() => jointLogDensity([0], new Float64Array([-1]), [0]), /positive definite/);
});
