import * as tf from "@tensorflow/tfjs-core";

/** The first rows of [b, n, ...]. */
export function firstRows<T extends tf.Tensor>(x: T, count: number): T {
  if (x.shape[1] === count) return x;
  return tf.slice(x, x.shape.map(() => 0), x.shape.map((_, axis) => axis === 1 ? count : -1)) as T;
}

/** Side by side in the first axis. */
export const stack = (parts: tf.Tensor3D[]): tf.Tensor3D =>
  parts.length === 1 ? parts[0]! : tf.concat(parts, 0);
