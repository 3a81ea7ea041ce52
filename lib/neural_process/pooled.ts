import * as tf from "@tensorflow/tfjs-core";
import type { ReluMlp } from "../nn/relu_mlp.ts";
import { latentNormal, type Normal } from "./normal.ts";

/** A pooling encoder: a vector [b, w], or a distribution over it. */
export interface Pooled {
  /** @param keep [b, n], 1 for points that count, where the encoder knows of it */
  vector(x: tf.Tensor3D, y: tf.Tensor3D, keep?: tf.Tensor2D): tf.Tensor;
  /** One distribution for each number of points: of the first so many of them. */
  latents(x: tf.Tensor3D, y: tf.Tensor3D, firsts: number[]): Normal[];
}

/**
 * A pooling encoder out of its parts.
 *
 * @param pool points to [firsts·b, w], what was pooled of the first number of points first
 */
export function pooled(
  post: ReluMlp,
  pool: (x: tf.Tensor3D, y: tf.Tensor3D, firsts: number[], keep?: tf.Tensor2D) => tf.Tensor,
): Pooled {
  return {
    vector: (x, y, keep) => post(pool(x, y, [x.shape[1]], keep)),
    latents(x, y, firsts) {
      const { mean, sigma } = latentNormal(post(pool(x, y, firsts)));
      if (firsts.length === 1) return [{ mean, sigma }];
      const means = tf.split(mean, firsts.length);
      return tf.split(sigma, firsts.length).map((sigma, i) => ({ mean: means[i]!, sigma }));
    },
  };
}
