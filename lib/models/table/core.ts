import type * as tf from "@tensorflow/tfjs-core";
import type { Rng } from "../../engine/random.ts";
import type { Init } from "../../nn/parameters.ts";
import type { TableModelConfig } from "./config.ts";

/** What lies between the embedding and the heads: X [n, d, e] to X [n, d, e]. */
export interface Core {
  /** @param encoded false skips the encoder, so that the decoder reads the initial latents (`forward` of `npt/model/npt.py`). */
  forward(x: tf.Tensor3D, encoded: boolean, rng?: Rng): tf.Tensor3D;
  /** True if rows never meet, so that a prediction needs no other rows. */
  rowsAlone?: boolean;
}

/** Makes what lies between embedding and heads, for d columns; parameters are named and drawn by `init`. */
export type MakeCore = (init: Init, d: number, config: TableModelConfig) => Core | LatentCore;

/** Receives the weights of an XABD, where they are asked for. */
export type Watch = (weights: tf.Tensor4D) => void;

export function watched(run: (watch: Watch) => void): tf.Tensor4D[] {
  const seen: tf.Tensor4D[] = [];
  run((weights) => seen.push(weights));
  return seen;
}

/** A core whose rows meet only in H_D, which can therefore be kept. */
export interface LatentCore extends Core {
  /** h and the width of H_D. */
  latents: readonly [number, number];
  /** H_D [1, h, width], in SPIN of width f·e, of the rows x. */
  encode(x: tf.Tensor3D, rng?: Rng): tf.Tensor3D;
  /** What H_D reads of the rows x in every XABD, before dropout: [1, heads, h, n] each. */
  attention?(x: tf.Tensor3D): tf.Tensor4D[];
  /** Query rows x against a kept H_D; the cost has no other rows in it. */
  predict(x: tf.Tensor3D, hD: tf.Tensor3D, rng?: Rng): tf.Tensor3D;
}
