import { XlaBackend } from "@spin/xla";
import * as tf from "@tensorflow/tfjs-core";
import { scan } from "../../engine/mod.ts";
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

export interface HostParameters {
  length: number;
  scale: number;
  /** Of the periodic kernel alone. */
  period?: number;
}

/** An input of one dimension, or of several. */
type Place = number | ArrayLike<number>;

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

/** Columns that are factorised together: few enough for the loop over them, many enough for the matrix products. */
const blockSize = (n: number): number => n <= 512 ? 32 : 64;

/**
 * Lower Cholesky factors of symmetric positive definite matrices [b, n, n], float32; zeros above the diagonal.
 *
 * On `xla` it is recorded as matrix products over blocks of columns and one loop for each block on the diagonal; on
 * other engines it is computed in double precision by the host. It has no gradient.
 *
 * A matrix that is not positive definite gives NaN on `xla`.
 *
 * @throws RangeError on other engines if a matrix is not positive definite.
 */
export function cholesky(a: tf.Tensor3D): tf.Tensor3D {
  return tf.backend() instanceof XlaBackend ? blocked(a) : onHost(a);
}

function onHost(a: tf.Tensor3D): tf.Tensor3D {
  const [b, n] = a.shape;
  const data = a.dataSync();
  const out = new Float32Array(data.length);
  for (let i = 0; i < b; i++) {
    out.set(hostCholesky(data.subarray(i * n * n, (i + 1) * n * n), n), i * n * n);
  }
  return tf.tensor3d(out, a.shape);
}

/** Right-looking: each block of columns is finished and its part taken from all that is right of it. */
function blocked(a: tf.Tensor3D): tf.Tensor3D {
  return tf.tidy(() => {
    const [b, n] = a.shape;
    const columns: tf.Tensor3D[] = [];
    let rest: tf.Tensor = a;
    for (let at = 0; at < n; at += blockSize(n)) {
      const size = Math.min(blockSize(n), n - at);
      const below = n - at - size;
      const { factor, inverse } = diagonalBlock(tf.slice(rest, [0, 0, 0], [b, size, size]) as tf.Tensor3D);
      const parts: tf.Tensor[] = [factor];
      if (below > 0) {
        const panel = tf.slice(rest, [0, size, 0], [b, below, size]);
        const solved = tf.matMul(panel, inverse, false, true);
        parts.push(solved);
        rest = tf.sub(
          tf.slice(rest, [0, size, size], [b, below, below]),
          tf.matMul(solved, solved, false, true),
        );
      }
      columns.push(tf.pad(tf.concat(parts as tf.Tensor3D[], 1), [[0, 0], [at, 0], [0, 0]]));
    }
    return tf.concat(columns, 2);
  });
}

/**
 * The factor L of small matrices [b, s, s] and its inverse: elimination in [A | I], row by row, leaves [Lᵀ | L⁻¹]. Rows
 * are the first axis, so that a step reads one in a piece and writes over the others in place.
 */
function diagonalBlock(a: tf.Tensor3D): { factor: tf.Tensor3D; inverse: tf.Tensor3D } {
  const [b, s] = a.shape;
  const identity = tf.eye(s);
  const beside = tf.tile(tf.expandDims(identity, 1), [1, b, 1]);
  const augmented = tf.concat([tf.transpose(a, [1, 0, 2]), beside], 2);
  // Left of the pivot a row is zero but for rounding, which is cut off.
  const right = tf.concat([
    tf.cast(tf.lessEqual(tf.expandDims(tf.range(0, s), 1), tf.range(0, s)), "float32"),
    tf.ones([s, s]),
  ], 1);
  const [, rows] = scan(
    (matrix: tf.Tensor, { index, pivot, keep }: Record<"index" | "pivot" | "keep", tf.Tensor>) => {
      const row = tf.squeeze(tf.gather(matrix, tf.expandDims(index, 0)), [0]);
      const root = tf.sqrt(tf.sum(tf.mul(tf.slice(row, [0, 0], [b, s]), pivot), 1, true));
      const scaled = tf.mul(tf.div(row, root), keep);
      const column = tf.expandDims(tf.transpose(tf.slice(scaled, [0, 0], [b, s])), 2);
      return [tf.sub(matrix, tf.mul(column, tf.expandDims(scaled, 0))), scaled];
    },
    augmented as tf.Tensor,
    { index: tf.range(0, s, 1, "int32"), pivot: identity, keep: right } as Record<
      "index" | "pivot" | "keep",
      tf.Tensor
    >,
  );
  const half = (from: number) => tf.slice(rows as tf.Tensor3D, [0, 0, from], [s, b, s]);
  return { factor: tf.transpose(half(0), [1, 2, 0]), inverse: tf.transpose(half(s), [1, 0, 2]) };
}

/**
 * Factorises a symmetric positive definite matrix [n, n] (row-major; its lower triangle is read) in double precision.
 *
 * @returns the lower triangular L with L Lᵀ = A, zeros above the diagonal
 * @throws RangeError naming the row where the matrix is found not to be positive definite.
 */
export function hostCholesky(a: ArrayLike<number>, n: number): Float64Array {
  const l = new Float64Array(n * n);
  for (let i = 0; i < n; i++) {
    const row = i * n;
    for (let j = 0; j <= i; j++) {
      const other = j * n;
      let sum = a[row + j]!;
      for (let k = 0; k < j; k++) sum -= l[row + k]! * l[other + k]!;
      if (i === j && !(sum > 0)) {
        throw new RangeError(`cholesky: expected a positive definite matrix, found pivot ${sum} in row ${i}`);
      }
      l[row + j] = i === j ? Math.sqrt(sum) : sum / l[other + j]!;
    }
  }
  return l;
}

/** Solves L x = b for a lower triangular L [n, n]. */
export function solveLower(l: Float64Array, b: ArrayLike<number>): Float64Array {
  const n = b.length;
  const x = new Float64Array(n);
  for (let i = 0; i < n; i++) {
    let sum = b[i]!;
    for (let k = 0; k < i; k++) sum -= l[i * n + k]! * x[k]!;
    x[i] = sum / l[i * n + i]!;
  }
  return x;
}

export interface Observations {
  x: ArrayLike<Place>;
  y: ArrayLike<number>;
}

/** What the context says of noisy observations elsewhere. */
export interface Posterior {
  mean: Float64Array;
  /** [n, n], noise on the diagonal. */
  covariance: Float64Array;
  /** Square roots of the diagonal. */
  deviation: Float64Array;
}

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

export function dot(a: Float64Array, b: Float64Array): number {
  let sum = 0;
  for (let i = 0; i < a.length; i++) sum += a[i]! * b[i]!;
  return sum;
}
