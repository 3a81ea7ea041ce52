import * as tf from "@tensorflow/tfjs-core";
import type { Rng } from "../engine/random.ts";

/**
 * Factors that set elements to 0 with probability `rate` and divide the others by 1 - rate, by the shape of what they
 * multiply; undefined without `rng` (prediction) or at rate 0, where nothing is to be done.
 */
export function dropoutFactors(
  rate: number,
  rng: Rng | undefined,
): ((shape: number[]) => tf.Tensor) | undefined {
  if (rng === undefined || rate === 0) return undefined;
  return (shape) => tf.mul(tf.cast(tf.greaterEqual(rng.uniform(shape), rate), "float32"), 1 / (1 - rate));
}

/** Dropout; without `rng` or at rate 0 the input passes unchanged. */
export function dropout<T extends tf.Tensor>(x: T, rate: number, rng: Rng | undefined): T {
  const factors = dropoutFactors(rate, rng);
  return factors ? tf.mul(x, factors(x.shape)) : x;
}
