import * as tf from "@tensorflow/tfjs-core";
import { linearDefault, xavierLatents } from "../../nn/initialisers.ts";
import type { Init } from "../../nn/parameters.ts";

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
