import * as tf from "@tensorflow/tfjs-core";
import { logDensity, logMeanExp, type Normal } from "./normal.ts";
import { meanOverPoints, type Points } from "./points.ts";

/**
 * Log likelihood of every row: of its own normal, or of the mixture of its normals from several samples (log mean exp
 * row by row, not a joint density).
 *
 * @param prediction [b, n, dimY], or [k, b, n, dimY] with k samples
 * @param y [b, n, dimY]
 * @returns [b, n]
 */
export function rowLikelihood(prediction: Normal, y: tf.Tensor): tf.Tensor {
  const density = tf.sum(logDensity(prediction, y), -1);
  return density.rank === 3 ? logMeanExp(density) : density;
}

/** Its mean over the points that were predicted: the context's, the targets' (`ctx_ll`, `tar_ll`) or all. */
export const meanLikelihood = (prediction: Normal, points: Points): tf.Scalar =>
  meanOverPoints(rowLikelihood(prediction, points.y), points).mean;
