/** How likely values are under the exact predictor of a Gaussian process, in double precision. */
import {
  dot,
  type GpKernel,
  hostCholesky,
  hostCovariance,
  type HostParameters,
  type Observations,
  type Posterior,
  solveLower,
} from "../data/gp/kernels.ts";

const LOG_ROOT_TWO_PI = 0.5 * Math.log(2 * Math.PI);

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
