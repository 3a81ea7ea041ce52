import * as tf from "@tensorflow/tfjs-core";
import { UserError } from "../../errors.ts";
import { firstRows } from "../../nn/layers.ts";

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

/**
 * The first rows: the context alone. Its inputs may repeat: a place that was observed twice counts twice.
 *
 * @throws UserError unless at least one row, and no more than there are, is context.
 */
export function contextOf({ x, y, hidden, context }: Tasks): Points {
  const rows = x.shape[1];
  if (!Number.isInteger(context) || context < 1 || context > rows) {
    throw new UserError(`context: expected 1 to ${rows} of ${rows} points, found ${context}`);
  }
  return { x: firstRows(x, context), y: firstRows(y, context), hidden: hidden && firstRows(hidden, context) };
}

/** A value of each row, put together over the points of a task. */
export interface OverPoints {
  mean: tf.Scalar;
  /** [..., b] */
  sums: tf.Tensor;
  /** How many points a task has: a scalar if all have as many, or [b]. */
  count: tf.Tensor;
}

/** The mean over the points of a value for each row, [..., b, n]. */
export function meanOverPoints(values: tf.Tensor, points: Points): OverPoints {
  const { hidden } = points;
  if (!hidden) return { mean: tf.mean(values), sums: tf.sum(values, -1), count: countOf(points) };
  return meanOfSums(tf.sum(tf.mul(values, tf.sub(1, hidden)), -1), points);
}

/** The same from sums over the points of each task, [..., b]. */
export function meanOfSums(sums: tf.Tensor, points: Points): OverPoints {
  const count = countOf(points);
  return { mean: tf.mean(tf.div(sums, count)) as tf.Scalar, sums, count };
}

const countOf = ({ x, hidden }: Points): tf.Tensor =>
  hidden ? tf.sum(tf.sub(1, hidden), -1) : tf.scalar(x.shape[1]);

/** Inputs and outputs side by side, [b, n, dimX + dimY]. */
export const pairs = ({ x, y }: Points): tf.Tensor3D => tf.concat([x, y], -1);

/** The rows after the context. */
export const targetsOf = ({ x, y, hidden, context }: Tasks): Points => ({
  x: rowsAfter(x, context),
  y: rowsAfter(y, context),
  hidden: hidden && rowsAfter(hidden, context),
});

/** The rows of [b, n, ...] from number `count` on. */
export const rowsAfter = <T extends tf.Tensor>(x: T, count: number): T =>
  tf.slice(x, x.shape.map((_, axis) => axis === 1 ? count : 0)) as T;
