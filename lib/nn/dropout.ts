import * as tf from "@tensorflow/tfjs-core";
import type { Rng } from "../engine/random.ts";

/**
 * Sets elements to 0 with probability `rate` and divides the others by 1 - rate. Without `rng` (prediction) or at
 * rate 0 the input passes unchanged.
 */
export function dropout<T extends tf.Tensor>(x: T, rate: number, rng: Rng | undefined): T {
  if (rng === undefined || rate === 0) return x;
  const kept = tf.cast(tf.greaterEqual(rng.uniform(x.shape), rate), "float32");
  return tf.mul(x, tf.mul(kept, 1 / (1 - rate)));
}
