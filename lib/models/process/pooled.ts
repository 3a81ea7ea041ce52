import * as tf from "@tensorflow/tfjs-core";
import type { ReluMlp } from "../../nn/relu_mlp.ts";
import { latentNormal, type Normal } from "./normal.ts";
import type { Points } from "./points.ts";

/** A pooling encoder: a vector [b, w], or a distribution over it. */
export interface Pooled {
  vector(points: Points): tf.Tensor;
  /** One distribution for each number of rows: of the first so many of them. */
  latents(points: Points, firsts: number[]): Normal[];
}

/**
 * A pooling encoder out of its parts.
 *
 * @param pool points to [firsts·b, w], what was pooled of the first number of rows first
 */
export function pooled(
  post: ReluMlp,
  pool: (points: Points, firsts: number[]) => tf.Tensor,
): Pooled {
  return {
    vector: (points) => post(pool(points, [points.x.shape[1]])),
    latents(points, firsts) {
      const { mean, sigma } = latentNormal(post(pool(points, firsts)));
      if (firsts.length === 1) return [{ mean, sigma }];
      const means = tf.split(mean, firsts.length);
      return tf.split(sigma, firsts.length).map((sigma, i) => ({ mean: means[i]!, sigma }));
    },
  };
}
