import * as tf from "@tensorflow/tfjs-core";
import { UserError } from "../../errors.ts";

export const GP_KERNELS = ["rbf", "matern", "periodic"] as const;
/** Radial basis functions, Matérn of smoothness 5/2, or periodic. */
export type GpKernel = (typeof GP_KERNELS)[number];

/** The deviation of the noise on every observation, targets too. */
export const NOISE = 0.02;

/** The hyperparameters of each item of a batch, [b]. */
export interface GpParameters {
  length: tf.Tensor1D;
  scale: tf.Tensor1D;
  /** Of the periodic kernel alone. */
  period?: tf.Tensor1D;
}

/** @throws UserError if it is none of them. */
export function gpKernel(name: string): GpKernel {
  const found = GP_KERNELS.find((kernel) => kernel === name);
  if (!found) throw new UserError(`kernel: expected one of ${GP_KERNELS.join(", ")}, found '${name}'`);
  return found;
}

/**
 * The covariance [b, n, n] of noisy observations at inputs x [b, n], or [b, n, dimX] of several dimensions
 * (`regression/data/gp.py`): the noise's variance is on the diagonal.
 *
 * @throws RangeError if the periodic kernel is given no period.
 */
export function covariance(kernel: GpKernel, x: tf.Tensor, parameters: GpParameters): tf.Tensor3D {
  return tf.tidy(() => {
    const variance = tf.reshape(tf.square(parameters.scale), [-1, 1, 1]);
    const line = x.rank === 3 && x.shape[2] === 1 ? tf.squeeze(x, [2]) : x;
    const shared = line.rank === 2
      ? correlation(kernel, line as tf.Tensor2D, parameters)
      : correlationIn(kernel, line as tf.Tensor3D, parameters);
    const signal = tf.mul(variance, shared);
    return tf.add(signal, tf.mul(tf.eye(x.shape[1]!), NOISE ** 2)) as tf.Tensor3D;
  });
}

const differences = (x: tf.Tensor): tf.Tensor => tf.sub(tf.expandDims(x, 2), tf.expandDims(x, 1));

function correlation(kernel: GpKernel, x: tf.Tensor2D, parameters: GpParameters): tf.Tensor {
  const length = tf.reshape(parameters.length, [-1, 1, 1]);
  switch (kernel) {
    case "rbf":
      return tf.exp(tf.mul(-0.5, tf.square(tf.div(differences(x), length))));
    case "matern": {
      const r = tf.mul(Math.sqrt(5), tf.div(tf.abs(differences(x)), length));
      const polynomial = tf.add(1, tf.add(r, tf.div(tf.square(r), 3)));
      return tf.mul(polynomial, tf.exp(tf.neg(r)));
    }
    case "periodic": {
      if (!parameters.period) throw new RangeError("the periodic kernel needs a period");
      const sine = tf.sin(tf.mul(Math.PI, differences(phase(x, tf.expandDims(parameters.period, 1)))));
      return tf.exp(tf.mul(-2, tf.square(tf.div(sine, length))));
    }
  }
}

/** The same at inputs [b, n, dimX]: of Euclidean distances; the periodic kernel of those along the axes, added up. */
function correlationIn(kernel: GpKernel, x: tf.Tensor3D, parameters: GpParameters): tf.Tensor {
  const length = tf.reshape(parameters.length, [-1, 1, 1]);
  const along = differences(x);
  if (kernel === "periodic") {
    if (!parameters.period) throw new RangeError("the periodic kernel needs a period");
    const phases = differences(phase(x, tf.reshape(parameters.period, [-1, 1, 1])));
    const sine = tf.sin(tf.mul(Math.PI, tf.sum(tf.mul(tf.sign(along), phases), -1)));
    return tf.exp(tf.mul(-2, tf.square(tf.div(sine, length))));
  }
  const squares = tf.div(tf.sum(tf.square(along), -1), tf.square(length));
  if (kernel === "rbf") return tf.exp(tf.mul(-0.5, squares));
  const r = tf.mul(Math.sqrt(5), tf.sqrt(squares));
  return tf.mul(tf.add(1, tf.add(r, tf.div(tf.square(r), 3))), tf.exp(tf.neg(r)));
}

/**
 * The share of a period by which inputs lie beyond a whole number of them. Sines of large angles would lose the digits
 * that the factor of an ill-conditioned matrix needs: here the period is cut in two, so that what a whole number of it
 * takes away has no rounding error.
 */
function phase(x: tf.Tensor, period: tf.Tensor): tf.Tensor {
  const whole = tf.round(tf.div(x, period));
  const coarse = tf.div(tf.round(tf.mul(period, 4096)), 4096);
  const beyond = tf.sub(tf.sub(x, tf.mul(whole, coarse)), tf.mul(whole, tf.sub(period, coarse)));
  return tf.div(beyond, period);
}

/** The hyperparameters of one function. */
export interface HostParameters {
  length: number;
  scale: number;
  /** Of the periodic kernel alone. */
  period?: number;
}

/** An input of one dimension, or of several. */
export type Place = number | ArrayLike<number>;

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
      return (a: Place, b: Place) => variance * Math.exp(-0.5 * (distance(a, b) / length) ** 2);
    case "matern":
      return (a: Place, b: Place) => {
        const r = Math.sqrt(5) * distance(a, b) / length;
        return variance * (1 + r + r * r / 3) * Math.exp(-r);
      };
    case "periodic": {
      if (period === undefined) throw new RangeError("the periodic kernel needs a period");
      return (a: Place, b: Place) =>
        variance * Math.exp(-2 * (Math.sin(Math.PI * distance(a, b, 1) / period) / length) ** 2);
    }
  }
}

/** The distance of two inputs: Euclidean (2), or along the axes (1). */
function distance(a: Place, b: Place, norm: 1 | 2 = 2): number {
  if (typeof a === "number" || typeof b === "number") return Math.abs(Number(a) - Number(b));
  const along = Array.from(a, (value, axis) => Math.abs(value - b[axis]!));
  return norm === 1 ? along.reduce((sum, value) => sum + value, 0) : Math.hypot(...along);
}

/** The covariance matrix [n, n] of noisy observations at inputs x, in double precision. */
export function hostCovariance(
  kernel: GpKernel,
  x: ArrayLike<Place>,
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
