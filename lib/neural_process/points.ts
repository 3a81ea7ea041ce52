import * as tf from "@tensorflow/tfjs-core";
import { firstRows } from "../nn/rows.ts";

export { firstRows };

/** Points of a batch of tasks: x [b, n, dimX], y [b, n, dimY]. */
export interface Points {
  x: tf.Tensor3D;
  y: tf.Tensor3D;
  /** [b, n], 1 for rows that are only there to fill the tensors; absent if all are points. */
  hidden?: tf.Tensor2D;
}

/** Tasks: the context first, then the targets. */
export interface Tasks extends Points {
  /** How many of the rows are context. */
  context: number;
}

/** The first rows: the context alone. */
export const contextOf = ({ x, y, hidden, context }: Tasks): Points => ({
  x: firstRows(x, context),
  y: firstRows(y, context),
  hidden: hidden && firstRows(hidden, context),
});

/** The mean over the points of a value for each row, [..., b, n], and how many points a task has. */
export function meanOverPoints(
  values: tf.Tensor,
  { x, hidden }: Points,
): { mean: tf.Scalar; sums: tf.Tensor; count: tf.Tensor } {
  if (!hidden) {
    return { mean: tf.mean(values), sums: tf.sum(values, -1), count: tf.scalar(x.shape[1]) };
  }
  const points = tf.sub(1, hidden);
  const sums = tf.sum(tf.mul(values, points), -1);
  const count = tf.sum(points, -1);
  return { mean: tf.mean(tf.div(sums, count)) as tf.Scalar, sums, count };
}

/** Inputs and outputs side by side, [b, n, dimX + dimY]. */
export const pairs = ({ x, y }: Points): tf.Tensor3D => tf.concat([x, y], -1);
