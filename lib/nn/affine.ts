import * as tf from "@tensorflow/tfjs-core";
import type { Linear } from "./layers.ts";

/**
 * Rows behind a linear layer that has not been applied yet: x·W + b, with x [batch, n, c].
 *
 * Two linear layers in a row are one with the product of their weights. A reader that begins with a linear layer of
 * its own can so skip a product over all n rows.
 */
export interface Affine {
  x: tf.Tensor3D;
  /** Absent: the rows are x itself. */
  linear?: Linear;
}

/** Rows of which only the form is known. */
export interface RowForm {
  /** Width c of x. */
  width: number;
  linear?: Linear;
}

export const formOf = ({ x, linear }: Affine): RowForm => ({ width: x.shape[2], linear });

/** The rows themselves, [batch, n, d]. */
export const rowsOf = ({ x, linear }: Affine): tf.Tensor3D => linear ? linear(x) : x;

/** The linear layer `next` after the rows, as one product over them: [batch, n, width of `next`]. */
export function applyAfter({ x, linear }: Affine, next: Linear): tf.Tensor3D {
  const [batch, n, c] = x.shape;
  if (!linear || n * batch <= c) return next(linear ? linear(x) : x);
  const weight = tf.matMul(matrix(linear), matrix(next));
  const product = tf.matMul(tf.reshape(x, [-1, c]) as tf.Tensor2D, weight);
  const shift = linear.bias && tf.matMul(tf.reshape(linear.bias.variable, [1, -1]), matrix(next));
  const shifts = [shift, next.bias?.variable].filter((s) => s !== undefined);
  return tf.reshape(shifts.reduce((sum: tf.Tensor, s) => tf.add(sum, s), product), [
    batch,
    n,
    next.weight.shape[1]!,
  ]);
}

/** The weight of a layer, [in, out]. */
export const matrix = ({ weight }: Linear): tf.Tensor2D => weight.variable as tf.Variable<tf.Rank.R2>;
