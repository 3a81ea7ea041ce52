import type { EvaluationBatch } from "./evaluation_set.ts";
import type { GpKernel } from "./kernels.ts";
import { gpPosterior, pointLogDensities } from "./posterior.ts";

/**
 * The mean target log density of exact regression, for each function of a batch: the ceiling of every model there.
 *
 * @param floor the least deviation that is predicted; 0.1 for the ceiling of neural processes
 */
export function oracleLikelihoods(kernel: GpKernel, batch: EvaluationBatch, floor = 0): number[] {
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
