import * as tf from "@tensorflow/tfjs-core";
import { divergence, logDensity, logMeanExp, type Normal } from "./normal.ts";
import type { OverPoints } from "./points.ts";

/** The scalar to be minimised for a model with a latent variable, and what it was made of. */
export interface LatentObjective {
  loss: tf.Scalar;
  /** For the ELBO: mean log likelihood of a point, and mean divergence of the latent distributions of a task. */
  terms?: { likelihood: tf.Tensor; divergence: tf.Tensor };
}

/**
 * The training objective of models with a latent variable (reference section 2.2).
 *
 * @param likelihood log likelihoods of the points, sums [b] or [k, b]
 * @param samples of the latent variable, [k, b, w], for the importance weighted bound; undefined for the ELBO
 */
export function latentObjective(
  prior: Normal,
  posterior: Normal,
  { mean, sums, count }: OverPoints,
  samples?: tf.Tensor,
): LatentObjective {
  if (samples) {
    const of = (normal: Normal) => tf.sum(logDensity(normal, samples), -1);
    const ratio = tf.sub(of(prior), of(posterior));
    // Minus the mean over tasks of log mean exp of the samples' weights, per point.
    const bound = tf.div(logMeanExp(tf.add(sums, ratio)), count);
    return { loss: tf.neg(tf.mean(bound)) as tf.Scalar };
  }
  const divergences = tf.reshape(tf.sum(divergence(posterior, prior), -1), [-1]);
  const terms = { likelihood: mean, divergence: tf.mean(divergences) };
  return { terms, loss: tf.sub(tf.mean(tf.div(divergences, count)), mean) as tf.Scalar };
}
