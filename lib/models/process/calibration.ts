import * as tf from "@tensorflow/tfjs-core";
import type { Normal } from "./normal.ts";
import type { Points } from "./points.ts";

/** Probabilities of the central intervals that are looked at; 0 and 1 join them in the score. */
export const CALIBRATION_LEVELS = [0.1, 0.2, 0.3, 0.4, 0.5, 0.6, 0.7, 0.8, 0.9] as const;

/** Of some predicted values: how many lie inside the central interval of each level, out of how many. */
interface Inside {
  counts: ArrayLike<number>;
  total: number;
}

export interface Calibration {
  /** Share of values inside the interval of each of `CALIBRATION_LEVELS`. */
  shares: number[];
  /** Mean square of share - level over these levels, 0 and 1: 0 is perfect. */
  score: number;
}

/**
 * How many of the values lie inside central intervals of their prediction: in (1 ± level)/2 of its distribution function.
 *
 * @param prediction [b, n, dimY]; or [k, b, n, dimY], a mixture for each value
 * @returns counts [9] and their total, as tensors
 */
export function countInside(
  { mean, sigma }: Normal,
  { y, hidden }: Points,
): { counts: tf.Tensor1D; total: tf.Scalar } {
  // 2·Φ(z) - 1: the level of the interval that ends at the value, with a sign.
  const signed = tf.erf(tf.mul(tf.div(tf.sub(y, mean), sigma), Math.SQRT1_2));
  const level = tf.abs(signed.rank === 4 ? tf.mean(signed, 0) : signed);
  const weight = hidden ? tf.mul(tf.onesLike(y), tf.expandDims(tf.sub(1, hidden), -1)) : tf.onesLike(y);
  const inside = tf.cast(
    tf.lessEqual(tf.reshape(level, [-1, 1]), tf.tensor1d([...CALIBRATION_LEVELS])),
    "float32",
  );
  return {
    counts: tf.sum(tf.mul(inside, tf.reshape(weight, [-1, 1])), 0) as tf.Tensor1D,
    total: tf.sum(weight),
  };
}

/** @throws Error if there are no values. */
export function calibration(batches: Inside[]): Calibration {
  const total = batches.reduce((sum, batch) => sum + batch.total, 0);
  if (total === 0) throw new Error("calibration: expected at least one value, found none");
  const shares = CALIBRATION_LEVELS.map((_, i) =>
    batches.reduce((sum, { counts }) => sum + counts[i]!, 0) / total
  );
  const squares = shares.map((share, i) => (share - CALIBRATION_LEVELS[i]!) ** 2);
  return { shares, score: squares.reduce((a, b) => a + b, 0) / (CALIBRATION_LEVELS.length + 2) };
}
