import * as tf from "@tensorflow/tfjs-core";
import type { Rng } from "../../engine/random.ts";
import { linearDefault, xavierLatents } from "../../nn/layers.ts";
import { type AttentionOptions, type Mab, mab, type ReadableMab, widthsOf } from "../../nn/mab.ts";
import type { Init } from "../../nn/parameters.ts";
import type { TableModelConfig } from "./config.ts";

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

/** A free learned latent of k points of width w; gives [1, k, w]. */
export function freeLatent(init: Init, name: string, k: number, w: number): () => tf.Tensor3D {
  const points = init.create({ name, shape: [1, k, w], fill: xavierLatents(k, w) });
  return () => points.variable as tf.Variable<tf.Rank.R3>;
}

/**
 * H_A before the first block: a learned linear map of X [n, d, e] over the attribute axis, to [n, f, e]
 * (`convert_X_to_ABA` in `npt/model/npt.py`). With f = d it is X itself.
 */
export function attributeLatent(init: Init, d: number, f: number): (x: tf.Tensor3D) => tf.Tensor3D {
  if (f === d) return (x) => x;
  const scope = init.within("latents.attributes");
  const weight = scope.create({ name: "weight", shape: [f, d], fill: linearDefault(d, f * d) });
  const bias = scope.create({ name: "bias", shape: [f], fill: linearDefault(d, f) });
  return (x) => {
    const [n, , e] = x.shape;
    const attributesFirst = tf.reshape(tf.transpose(x, [1, 0, 2]), [d, n * e]) as tf.Tensor2D;
    const mapped = tf.add(
      tf.matMul(weight.variable as tf.Tensor2D, attributesFirst),
      tf.reshape(bias.variable, [f, 1]),
    );
    return tf.transpose(tf.reshape(mapped, [f, n, e]), [1, 0, 2]) as tf.Tensor3D;
  };
}

/** X [n, d, e] and H_D [1, h, f·e] to updated X. */
type DatapointPredictor = (x: tf.Tensor3D, hD: tf.Tensor3D, rng?: Rng) => tf.Tensor3D;

/** The predictor of the reference: a row of width d·e is one query over the h latents; weights of size (d·e)². */
export function flatPredictor(
  init: Init,
  d: number,
  width: number,
  config: TableModelConfig,
): DatapointPredictor {
  const block = mab(init, "datapoints", { ...widthsOf(d * config.embedding), dimKV: width }, config);
  return (x, hD, rng) => nested(block(flat(x), hD, rng), d);
}

/**
 * Linear in d (ours, for the claim of the paper that the reference's flat predictor does not meet): each of the n·d
 * cells is a query of width e over the h·f latent tokens of H_D. What a cell knows of its own row it has from H_A.
 */
export function nestedPredictor(init: Init, config: TableModelConfig): DatapointPredictor {
  const { embedding: e, h, f } = config;
  const block = mab(init, "cells", widthsOf(e), config);
  return (x, hD, rng) => {
    const [n, d] = x.shape;
    const tokens = tf.reshape(hD, [1, h * f, e]) as tf.Tensor3D;
    return tf.reshape(block(tf.reshape(x, [1, n * d, e]), tokens, rng), [n, d, e]);
  };
}
