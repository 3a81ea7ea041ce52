import * as tf from "@tensorflow/tfjs-core";
import { rowLikelihood } from "./likelihood.ts";
import type { Normal } from "./normal.ts";
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
