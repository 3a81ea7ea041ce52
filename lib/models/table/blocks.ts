import * as tf from "@tensorflow/tfjs-core";
import type { Rng } from "../../engine/random.ts";
import { type AttentionOptions, type Mab, mab, type ReadableMab, widthsOf } from "../../nn/mab.ts";
import type { Init } from "../../nn/parameters.ts";
import { freeLatent } from "./latents.ts";

/** A block that updates a latent or the data from something else, or from itself. */
export type SelfBlock = (x: tf.Tensor3D, rng?: Rng) => tf.Tensor3D;

/** [n, d, e] to [1, n, d·e]: rows become the sequence. */
export const flat = (x: tf.Tensor3D): tf.Tensor3D => {
  const [n, d, e] = x.shape;
  return tf.reshape(x, [1, n, d * e]);
};

/** [1, n, d·e] to [n, d, e]: the attributes of each row become the sequence. */
export const nested = (x: tf.Tensor3D, d: number): tf.Tensor3D => {
  const [, n, width] = x.shape;
  return tf.reshape(x, [n, d, width / d]);
};

/**
 * XABA, and ABLA if asked for: H_A [n, f, e] queries X [n, d, e] of the same rows, then itself.
 */
export function attributeLatentLayer(init: Init, e: number, abla: boolean, options: AttentionOptions): Mab {
  const xaba = mab(init, "xaba", widthsOf(e), options);
  const self = abla ? selfAttention(init, "abla", e, options) : null;
  return (hA, x, rng) => {
    const crossed = xaba(hA, x, rng);
    return self ? self(crossed, rng) : crossed;
  };
}

/** XABD: H_D [1, h, dimLatent] queries all rows [1, n, dimRow]. */
export function datapointLatentLayer(
  init: Init,
  dimLatent: number,
  dimRow: number,
  options: AttentionOptions,
): ReadableMab {
  return mab(init, "xabd", { ...widthsOf(dimLatent), dimKV: dimRow }, options);
}

/** MAB(X, X): ABD of NPT on flat X, ABA on nested X, ABLA on latents. */
export function selfAttention(init: Init, name: string, width: number, options: AttentionOptions): SelfBlock {
  const block = mab(init, name, widthsOf(width), options);
  return (x, rng) => block(x, x, rng);
}

/** Induced self-attention of the Set Transformer: MAB(X, MAB(I, X)) with k learned points I. X [b, n, width]. */
export function inducedAttention(init: Init, k: number, width: number, options: AttentionOptions): SelfBlock {
  const points = freeLatent(init, "points", k, width);
  const gather = mab(init, "gather", widthsOf(width), options);
  const spread = mab(init, "spread", widthsOf(width), options);
  return (x, rng) => {
    const inducing = x.shape[0] === 1 ? points() : tf.tile(points(), [x.shape[0], 1, 1]);
    return spread(x, gather(inducing, x, rng), rng);
  };
}
