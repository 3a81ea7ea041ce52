import type * as tf from "@tensorflow/tfjs-core";
import type { Rng } from "../engine/random.ts";

/** What lies between the embedding and the heads: X [n, d, e] to X [n, d, e]. */
export interface Core {
  /** @param encoded false skips the encoder, so that the decoder reads the initial latents (reference 1.9). */
  forward(x: tf.Tensor3D, encoded: boolean, rng?: Rng): tf.Tensor3D;
}

/** A core whose rows meet only in H_D, which can therefore be kept. */
export interface LatentCore extends Core {
  /** H_D [1, h, f·e] of the rows x. */
  encode(x: tf.Tensor3D, rng?: Rng): tf.Tensor3D;
  /** Query rows x against a kept H_D; the cost has no other rows in it. */
  predict(x: tf.Tensor3D, hD: tf.Tensor3D, rng?: Rng): tf.Tensor3D;
}
