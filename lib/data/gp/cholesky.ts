import { XlaBackend } from "@spin/xla";
import * as tf from "@tensorflow/tfjs-core";
import { scan } from "../../engine/mod.ts";

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
  const augmented = tf.concat([
    tf.transpose(a, [1, 0, 2]),
    tf.tile(tf.expandDims(identity, 1), [1, b, 1]),
  ], 2);
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
      if (i !== j) l[row + j] = sum / l[other + j]!;
      else if (sum > 0) l[row + j] = Math.sqrt(sum);
      else {throw new RangeError(
          `cholesky: expected a positive definite matrix, found pivot ${sum} in row ${i}`,
        );}
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
