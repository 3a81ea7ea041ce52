import * as tf from "@tensorflow/tfjs-core";
import { logDensity, logMeanExp, type Normal } from "./normal.ts";
import { contextOf, meanOverPoints, type Tasks } from "./points.ts";
import { targetsOf } from "./targets.ts";

/** Log likelihoods of a prediction: reference section 2.3. */
export interface Evaluation {
  /** Of every row, [b, n]. */
  rows: tf.Tensor;
  /** Mean over the context's points (`ctx_ll`). */
  context: tf.Scalar;
  /** Mean over the target points (`tar_ll`), the figure that is reported. */
  targets: tf.Scalar;
}

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

/** @param prediction at all rows of the tasks, with a leading axis for several samples */
export function evaluate(prediction: Normal, tasks: Tasks): Evaluation {
  const rows = rowLikelihood(prediction, tasks.y);
  const [inContext, inTargets] = tf.split(rows, [tasks.context, -1], 1) as [tf.Tensor, tf.Tensor];
  return {
    rows,
    context: meanOverPoints(inContext, contextOf(tasks)).mean,
    targets: meanOverPoints(inTargets, targetsOf(tasks)).mean,
  };
}
