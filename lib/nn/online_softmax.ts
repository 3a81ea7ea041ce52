import * as tf from "@tensorflow/tfjs-core";
import type { Affine } from "./affine.ts";
import { asConstant } from "./layers.ts";
import { HIDDEN } from "./softmax_product.ts";

/** Rows as p readers see them, for each of g groups (tasks, or tasks and heads). */
export interface Seen {
  /** [g, n, p] */
  scores: tf.Tensor3D;
  /** [g, n, c] */
  values: tf.Tensor3D;
  /** [1 or g, n, 1], 1 for rows that nobody may read. */
  hidden?: tf.Tensor3D;
}

/** What a softmax over rows has come to after some of them: of the same size after any number. */
export interface SoftmaxState {
  /** The highest score so far, [g, p, 1]: a constant, since no result depends on it. */
  highest: tf.Tensor3D;
  /** Σ exp(score - highest), [g, p, 1]. */
  sums: tf.Tensor3D;
  /** Σ exp(score - highest)·value, [g, p, c]. */
  totals: tf.Tensor3D;
}

/** Numbers of groups, of readers and of the values' columns. */
export type StateSize = [g: number, p: number, c: number];

/** Queries that read rows some at a time. */
export interface RowReader {
  /** Of the state for b tasks. */
  size(b: number): StateSize;
  /** @param hidden [b, n], 1 for rows that must not be read */
  look(rows: Affine, hidden?: tf.Tensor2D): Seen;
  /** What was read, [b, m, w]. */
  result(state: SoftmaxState): tf.Tensor3D;
}

export const emptyState = ([g, p, c]: StateSize): SoftmaxState => ({
  highest: tf.fill([g, p, 1], HIDDEN) as tf.Tensor3D,
  sums: tf.zeros([g, p, 1]),
  totals: tf.zeros([g, p, c]),
});

/**
 * Sums and totals of rows, their exponentials relative to `highest` [g, p, 1]; 0 for hidden rows.
 *
 * A plain sum over the rows: its gradient needs nothing of the rows before.
 */
export function sumsOf(
  { scores, values, hidden }: Seen,
  highest: tf.Tensor3D,
): Pick<SoftmaxState, "sums" | "totals"> {
  const [g, p] = highest.shape;
  const logits = hidden ? tf.where(tf.cast(hidden, "bool"), HIDDEN, scores) : scores;
  const raw = tf.exp(tf.sub(logits, tf.reshape(highest, [g, 1, p])));
  const weights = (hidden ? tf.mul(raw, tf.sub(1, hidden)) : raw) as tf.Tensor3D;
  return { sums: tf.reshape(tf.sum(weights, 1), [g, p, 1]), totals: tf.matMul(weights, values, true, false) };
}

/** The state after the rows of one piece alone. Over many pieces its gradient keeps all of them: see `readPieces`. */
export function stateOf(seen: Seen): SoftmaxState {
  const { scores, hidden } = seen;
  const [g, , p] = scores.shape;
  const highest = asConstant(() => {
    const logits = hidden ? tf.where(tf.cast(hidden, "bool"), HIDDEN, scores) : scores;
    return tf.reshape(tf.max(logits, 1), [g, p, 1]);
  }) as tf.Tensor3D;
  return { highest, ...sumsOf(seen, highest) };
}

/** The state after the rows of both. */
export function merged(a: SoftmaxState, b: SoftmaxState): SoftmaxState {
  const highest = tf.maximum(a.highest, b.highest) as tf.Tensor3D;
  const [old, more] = [a, b].map((state) => tf.exp(tf.sub(state.highest, highest))) as [tf.Tensor, tf.Tensor];
  const both = (x: tf.Tensor, y: tf.Tensor) => tf.add(tf.mul(x, old), tf.mul(y, more)) as tf.Tensor3D;
  return { highest, sums: both(a.sums, b.sums), totals: both(a.totals, b.totals) };
}

/** Weighted means of the values, [g, p, c]; 0 where nothing was read. */
export const sharesOf = ({ sums, totals }: SoftmaxState): tf.Tensor3D =>
  tf.div(totals, divisor(sums)) as tf.Tensor3D;

/** What the weights add up to, [g, p, 1]: 1, or 0 where nothing was read. */
export const readsAny = ({ sums }: SoftmaxState): tf.Tensor3D => tf.div(sums, divisor(sums)) as tf.Tensor3D;

/** The sums, 1 for 0: neither value nor gradient divides by nearly nothing. */
const divisor = (sums: tf.Tensor3D): tf.Tensor =>
  tf.add(sums, asConstant(() => tf.cast(tf.equal(sums, 0), "float32")));
