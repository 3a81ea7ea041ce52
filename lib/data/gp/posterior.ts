import { hostCholesky, solveLower } from "./cholesky.ts";
import { covarianceOf, type GpKernel, hostCovariance, type HostParameters, type Place } from "./kernels.ts";

/** Observations of one function. */
interface Observations {
  x: ArrayLike<Place>;
  y: ArrayLike<number>;
}

/** What the context says of noisy observations elsewhere. */
interface Posterior {
  mean: Float64Array;
  /** [n, n], noise on the diagonal. */
  covariance: Float64Array;
  /** Square roots of the diagonal. */
  deviation: Float64Array;
}

const LOG_ROOT_TWO_PI = 0.5 * Math.log(2 * Math.PI);

/**
 * Exact regression with the true kernel and hyperparameters, in double precision: no predictor can do better on
 * average.
 *
 * @param inputs where new noisy observations are predicted
 */
export function gpPosterior(
  kernel: GpKernel,
  parameters: HostParameters,
  context: Observations,
  inputs: ArrayLike<Place>,
): Posterior {
  const l = hostCholesky(hostCovariance(kernel, context.x, parameters), context.x.length);
  const explained = solveLower(l, context.y);
  const k = covarianceOf(kernel, parameters);
  const n = inputs.length;
  const solved = Array.from(inputs, (at) => solveLower(l, Float64Array.from(context.x, (x) => k(at, x))));
  const mean = Float64Array.from(solved, (row) => dot(row, explained));
  const covariance = hostCovariance(kernel, inputs, parameters);
  for (let i = 0; i < n; i++) {
    for (let j = 0; j < n; j++) covariance[i * n + j]! -= dot(solved[i]!, solved[j]!);
  }
  return { mean, covariance, deviation: mean.map((_, i) => Math.sqrt(covariance[i * n + i]!)) };
}

/**
 * The log density of each value under its own predicted normal.
 *
 * @param floor the least deviation that is predicted; neural processes have one of 0.1
 */
export function pointLogDensities(
  { mean, deviation }: Pick<Posterior, "mean" | "deviation">,
  y: ArrayLike<number>,
  floor = 0,
): Float64Array {
  return mean.map((m, i) => {
    const sigma = Math.max(deviation[i]!, floor);
    return -0.5 * ((y[i]! - m) / sigma) ** 2 - Math.log(sigma) - LOG_ROOT_TWO_PI;
  });
}

/** The joint log density of values y under a normal with this mean and covariance [n, n]. */
export function jointLogDensity(
  mean: ArrayLike<number>,
  covariance: Float64Array,
  y: ArrayLike<number>,
): number {
  const n = y.length;
  const l = hostCholesky(covariance, n);
  const z = solveLower(l, Float64Array.from(mean, (m, i) => y[i]! - m));
  let logRoot = 0;
  for (let i = 0; i < n; i++) logRoot += Math.log(l[i * n + i]!);
  return -0.5 * dot(z, z) - logRoot - n * LOG_ROOT_TWO_PI;
}

/** The log marginal likelihood of observations, which the functions' mean of zero belongs to. */
export const logMarginal = (kernel: GpKernel, parameters: HostParameters, { x, y }: Observations): number =>
  jointLogDensity(new Float64Array(y.length), hostCovariance(kernel, x, parameters), y);

function dot(a: Float64Array, b: Float64Array): number {
  let sum = 0;
  for (let i = 0; i < a.length; i++) sum += a[i]! * b[i]!;
  return sum;
}
