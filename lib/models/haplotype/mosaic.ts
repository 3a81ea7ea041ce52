import * as tf from "@tensorflow/tfjs-core";
import type { Rng } from "../../engine/random.ts";

/** Stretches of one mosaic; a change beyond the last goes back to the first. */
const STRETCHES = 8;

/**
 * New haplotypes as mosaics of those of a panel, the assumption of Li and Stephens (2003): a haplotype copies one of the
 * panel, changes to another at random places, and now and then differs from what it copies. Training on mosaics in
 * place of the panel's few hundred rows teaches a network that far sites tell little about a target.
 *
 * @param panel [rows, places] of 0 and 1
 * @param change [places] probability of a change between a place and the one before
 * @returns [n, places]
 */
export function mosaics(rng: Rng, n: number, panel: tf.Tensor2D, change: tf.Tensor1D): tf.Tensor2D {
  const [rows, places] = panel.shape;
  const sources = tf.cast(tf.floor(tf.mul(rng.uniform([n * STRETCHES]), rows)), "int32") as tf.Tensor1D;
  const copied = tf.reshape(tf.gather(panel, sources), [n, STRETCHES, places]);
  const changes = tf.cast(tf.less(rng.uniform([n, places]), change), "float32");
  const stretch = tf.cast(tf.mod(tf.cumsum(changes, 1), STRETCHES), "int32") as tf.Tensor2D;
  const chosen = tf.transpose(tf.cast(tf.oneHot(stretch, STRETCHES), "float32"), [0, 2, 1]);
  return tf.sum(tf.mul(copied, chosen), 1);
}

/** Alleles of which a share is the other one. */
export const withNoise = (rng: Rng, alleles: tf.Tensor2D, share: number): tf.Tensor2D => {
  const flips = tf.cast(tf.less(rng.uniform(alleles.shape), share), "float32");
  return tf.abs(tf.sub(alleles, flips)) as tf.Tensor2D;
};

/** Probability of a change before each place, from places in centimorgans in increasing order; 0 before the first. */
export function changeProbabilities(centimorgans: ArrayLike<number>, rate: number): Float32Array {
  return Float32Array.from(
    { length: centimorgans.length },
    (_, i) => i === 0 ? 0 : 1 - Math.exp(-rate * (centimorgans[i]! - centimorgans[i - 1]!)),
  );
}
