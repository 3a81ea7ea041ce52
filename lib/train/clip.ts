import * as tf from "@tensorflow/tfjs-core";

/**
 * Clamps every element of a gradient to [-limit, limit] (not a norm clip; `npt/model/npt.py`). 0 leaves it unchanged.
 */
export function clipElements<T extends tf.Tensor>(gradient: T, limit: number): T {
  return limit === 0 ? gradient : tf.clipByValue(gradient, -limit, limit);
}
