import { type GpKernel, NOISE } from "./kernels.ts";

/** The hyperparameters of one function. */
export interface HostParameters {
  length: number;
  scale: number;
  /** Of the periodic kernel alone. */
  period?: number;
}

/**
 * The covariance of a function's values at two inputs, without noise, in double precision: what `covariance` computes
 * in single precision, for results that need all digits.
 *
 * @throws RangeError if the periodic kernel is given no period.
 */
export function covarianceOf(kernel: GpKernel, { length, scale, period }: HostParameters) {
  const variance = scale ** 2;
  switch (kernel) {
    case "rbf":
      return (a: number, b: number) => variance * Math.exp(-0.5 * ((a - b) / length) ** 2);
    case "matern":
      return (a: number, b: number) => {
        const r = Math.sqrt(5) * Math.abs(a - b) / length;
        return variance * (1 + r + r * r / 3) * Math.exp(-r);
      };
    case "periodic": {
      if (period === undefined) throw new RangeError("the periodic kernel needs a period");
      return (a: number, b: number) =>
        variance * Math.exp(-2 * (Math.sin(Math.PI * Math.abs(a - b) / period) / length) ** 2);
    }
  }
}

/** The covariance matrix [n, n] of noisy observations at inputs x, in double precision. */
export function hostCovariance(
  kernel: GpKernel,
  x: ArrayLike<number>,
  parameters: HostParameters,
): Float64Array {
  const k = covarianceOf(kernel, parameters);
  const n = x.length;
  const matrix = new Float64Array(n * n);
  for (let i = 0; i < n; i++) {
    for (let j = 0; j <= i; j++) matrix[i * n + j] = matrix[j * n + i] = k(x[i]!, x[j]!);
    matrix[i * n + i]! += NOISE ** 2;
  }
  return matrix;
}
