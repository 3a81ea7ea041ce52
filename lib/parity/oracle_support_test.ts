import { ok } from "node:assert/strict";
import { xlaTest } from "../engine/support_test.ts";
import { type EvaluationBatch, evaluationSet } from "../data/gp/evaluation_set.ts";
import { type GpKernel, gpPosterior } from "../data/gp/kernels.ts";
import { pointLogDensities } from "./gp_densities.ts";

/** For tests: the exact predictor of functions whose kernel is known. */

/**
 * The mean target log density of exact regression, for each function of a batch: the ceiling of every model there.
 *
 * @param floor the least deviation that is predicted; 0.1 for the ceiling of neural processes
 */
function oracleLikelihoods(kernel: GpKernel, batch: EvaluationBatch, floor = 0): number[] {
  const { x, y, context, target, length, scale, period } = batch;
  const points = context + target;
  return Array.from(length, (_, item) => {
    const [from, to] = [item * points, (item + 1) * points];
    const [xs, ys] = [x.subarray(from, to), y.subarray(from, to)];
    const parameters = { length: length[item]!, scale: scale[item]!, period: period[item]! };
    const given = { x: xs.subarray(0, context), y: ys.subarray(0, context) };
    const posterior = gpPosterior(kernel, parameters, given, xs.subarray(context));
    return pointLogDensities(posterior, ys.subarray(context), floor).reduce((a, b) => a + b) / target;
  });
}

/**
 * A test of the exact predictor against the reference's.
 *
 * @param least context points of a function
 * @param expected mean target log density, exact and with deviations of at least 0.1
 */
export function ceilingTest(kernel: GpKernel, least: number, expected: readonly [number, number]): void {
  xlaTest(`exact regression reaches the ceilings of ${kernel} with contexts from ${least}`, async () => {
    const folder = await Deno.makeTempDir();
    const batches = least > 64 ? 3 : 16;
    const set = await evaluationSet(
      { kernel, context: [least, 2 * least], target: [4, 64], seed: 1, batches, batch: 16 },
      { folder },
    );
    await Deno.remove(folder, { recursive: true });
    [0, 0.1].forEach((floor, column) => {
      const values = Array.from({ length: batches }, (_, i) => oracleLikelihoods(kernel, set.at(i), floor))
        .flat();
      const mean = values.reduce((a, b) => a + b) / values.length;
      const spread = Math.sqrt(values.reduce((sum, v) => sum + (v - mean) ** 2, 0) / (values.length - 1));
      const error = spread / Math.sqrt(values.length);
      ok(
        Math.abs(mean - expected[column]!) < 3 * error + 0.0005,
        `floor ${floor}: ${mean} ± ${error}, expected ${expected[column]}`,
      );
    });
  });
}
