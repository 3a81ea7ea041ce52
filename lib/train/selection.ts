import * as tf from "@tensorflow/tfjs-core";

/** Scores are multiples of 2^-24 in [0, 1), so this many halvings of [-1, 1] find a threshold exactly. */
const HALVINGS = 25;

/** A score above all drawn ones, for what must never be selected. */
const NEVER = 2;

/**
 * Which of `scores` [N] are among the `counts[k]` smallest of the eligible ones, for each k: [K, N] of 0 and 1.
 *
 * Selecting c of N cells without replacement is selecting the c smallest of N uniform scores. The threshold is found by
 * bisection (linear cost, no sorting). Scores that are exactly equal are selected together, so a row may hold one more
 * than asked; that happens about once in 2^24 / N draws.
 *
 * @param scores uniform numbers in [0, 1) of 24 bits
 * @param eligible 1 where selection is allowed, else 0 [N]
 * @param counts whole numbers of at most the number of eligible scores [K]
 */
export function selectSmallest(scores: tf.Tensor1D, eligible: tf.Tensor1D, counts: tf.Tensor1D): tf.Tensor2D {
  const k = counts.shape[0];
  const row = tf.reshape(tf.add(tf.mul(scores, eligible), tf.mul(tf.sub(1, eligible), NEVER)), [1, -1]);
  const below = (limit: tf.Tensor) =>
    tf.cast(tf.less(row, tf.reshape(limit, [k, 1])), "float32") as tf.Tensor2D;
  let low: tf.Tensor = tf.fill([k], -1);
  let high: tf.Tensor = tf.fill([k], 1);
  for (let i = 0; i < HALVINGS; i++) {
    const middle = tf.mul(tf.add(low, high), 0.5);
    const enough = tf.greaterEqual(tf.sum(below(middle), 1), counts);
    low = tf.where(enough, low, middle);
    high = tf.where(enough, middle, high);
  }
  return below(high);
}
