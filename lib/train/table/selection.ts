import * as tf from "@tensorflow/tfjs-core";

/** Scores are multiples of 2^-24 in [0, 1): 6 digits to base 16 tell them all apart. */
const BASE = 16;
const DIGITS = 6;

/** A score above all drawn ones, for what must never be selected. */
const NEVER = 2;

/**
 * Which of `scores` [N] are among the `counts[k]` smallest of the eligible ones, for each k: [K, N] of 0 and 1.
 *
 * Selecting c of N cells without replacement is selecting the c smallest of N uniform scores. The threshold is found
 * digit by digit (linear cost, no sorting, few operations to compile). Scores that are exactly equal are selected together, so a row may hold one more
 * than asked; that happens about once in 2^24 / N draws.
 *
 * @param scores uniform numbers in [0, 1) of 24 bits
 * @param eligible 1 where selection is allowed, else 0 [N]
 * @param counts whole numbers of at most the number of eligible scores [K]
 */
export function selectSmallest(scores: tf.Tensor1D, eligible: tf.Tensor1D, counts: tf.Tensor1D): tf.Tensor2D {
  const k = counts.shape[0];
  const masked = tf.add(tf.mul(scores, eligible), tf.mul(tf.sub(1, eligible), NEVER));
  const row = tf.reshape(masked, [1, 1, -1]);
  const wanted = tf.reshape(counts, [k, 1]);
  const digits = tf.tensor2d(Array.from({ length: BASE }, (_, digit) => digit), [1, BASE]);
  // Fewer than the wanted number of scores lie below `limit`, and enough below the next multiple of the last digit.
  let limit: tf.Tensor = tf.zeros([k, 1]);
  for (let digit = 1; digit <= DIGITS; digit++) {
    const candidates = tf.add(limit, tf.mul(digits, BASE ** -digit));
    const below = tf.sum(tf.cast(tf.less(row, tf.expandDims(candidates, 2)), "float32"), 2);
    const tooFew = tf.cast(tf.less(below, wanted), "float32");
    limit = tf.max(tf.mul(candidates, tooFew), 1, true);
  }
  const threshold = tf.add(limit, BASE ** -DIGITS);
  // Where none is wanted, no limit has too few below it.
  const any = tf.cast(tf.greater(wanted, 0), "float32");
  const chosen = tf.cast(tf.less(tf.reshape(masked, [1, -1]), threshold), "float32");
  return tf.mul(chosen, any) as tf.Tensor2D;
}
