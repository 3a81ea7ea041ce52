import * as tf from "@tensorflow/tfjs-core";
import type { Rng } from "../../engine/mod.ts";
import type { Points } from "./points.ts";

/** The random draws of k bootstraps of a context of n rows; both int32 [k, b, n] with rows of the context. */
export interface Resampling {
  /** The rows that a bootstrapped context is made of. */
  rows: tf.Tensor;
  /** The rows whose standardised residuals are added to the predictions at the context's inputs. */
  residuals: tf.Tensor;
}

/** Draws with replacement, among the points of each task: they come before the rows that only fill the tensors. */
export function drawResampling(rng: Rng, k: number, { x, hidden }: Points): Resampling {
  const [b, n] = x.shape;
  const count = hidden ? tf.sub(n, tf.sum(hidden, 1, true)) : tf.scalar(n);
  // 24 bits times a count below 2^24 round down to less than the count.
  const draw = () => tf.cast(tf.floor(tf.mul(rng.uniform([k, b, n]), count)), "int32");
  return { rows: draw(), residuals: draw() };
}

/**
 * Rows by index, within each task.
 *
 * @param x [g, n, w] @param indices int32 [m·g, n], for all g tasks m times over
 * @returns [m·g, n, w]
 */
export function takeRows(x: tf.Tensor3D, indices: tf.Tensor2D): tf.Tensor3D {
  const [g, n, w] = x.shape;
  const sets = indices.shape[0];
  const starts = tf.tensor2d(Array.from({ length: sets }, (_, i) => (i % g) * n), [sets, 1], "int32");
  const flat = tf.reshape(x, [g * n, w]) as tf.Tensor;
  return tf.gather(flat, tf.add(indices, starts) as tf.Tensor2D) as tf.Tensor3D;
}
