import * as tf from "@tensorflow/tfjs-core";
import type { Rng } from "../../engine/random.ts";
import { mab, widthsOf } from "../../nn/mab.ts";
import type { Init } from "../../nn/parameters.ts";
import { flat, nested } from "./blocks.ts";
import type { TableModelConfig } from "./config.ts";

/** X [n, d, e] and H_D [1, h, f·e] to updated X. */
export type DatapointPredictor = (x: tf.Tensor3D, hD: tf.Tensor3D, rng?: Rng) => tf.Tensor3D;

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
