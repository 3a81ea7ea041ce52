import * as tf from "@tensorflow/tfjs-core";
import { contextOf, meanOverPoints, type OverPoints, type Points, targetsOf, type Tasks } from "./points.ts";

/** Independent normals; both of one shape. */
export interface Normal {
  mean: tf.Tensor;
  sigma: tf.Tensor;
}

const HALF_LOG_2PI = 0.5 * Math.log(2 * Math.PI);

/** log densities, elementwise. */
export function logDensity({ mean, sigma }: Normal, y: tf.Tensor): tf.Tensor {
  const squares = tf.square(tf.div(tf.sub(y, mean), sigma));
  return tf.sub(tf.sub(tf.mul(squares, -0.5), tf.log(sigma)), HALF_LOG_2PI);
}

/** KL(q ‖ p), elementwise. */
const divergence = (q: Normal, p: Normal): tf.Tensor => {
  const ratio = tf.div(q.sigma, p.sigma);
  const shift = tf.div(tf.sub(q.mean, p.mean), p.sigma);
  const squares = tf.add(tf.square(ratio), tf.square(shift));
  return tf.sub(tf.mul(tf.sub(squares, 1), 0.5), tf.log(ratio));
};

/** What standard normal noise becomes. */
export const sample = ({ mean, sigma }: Normal, noise: tf.Tensor): tf.Tensor =>
  tf.add(mean, tf.mul(noise, sigma));

/** Halves of the last axis as mean and raw scale. */
function halves(x: tf.Tensor): [tf.Tensor, tf.Tensor] {
  const [mean, raw] = tf.split(x, 2, -1);
  return [mean!, raw!];
}

/** A latent's distribution: sigma = 0.1 + 0.9 sigmoid, from [..., 2w]. */
export const latentNormal = (x: tf.Tensor): Normal => {
  const [mean, raw] = halves(x);
  return { mean, sigma: tf.add(tf.mul(tf.sigmoid(raw), 0.9), 0.1) };
};

/** A prediction's distribution: sigma = 0.1 + 0.9 softplus, from [..., 2w]. */
export const outputNormal = (x: tf.Tensor): Normal => {
  const [mean, raw] = halves(x);
  return { mean, sigma: tf.add(tf.mul(tf.softplus(raw), 0.9), 0.1) };
};

/** The same for models without that floor: sigma = exp, or 0.05 + 0.95 softplus if it is to be `bounded`. */
export const plainNormal = (x: tf.Tensor, bounded: boolean): Normal => {
  const [mean, raw] = halves(x);
  return { mean, sigma: bounded ? tf.add(tf.mul(tf.softplus(raw), 0.95), 0.05) : tf.exp(raw) };
};

/** log of the mean of exponentials over the first axis. */
const logMeanExp = (x: tf.Tensor): tf.Tensor => tf.sub(tf.logSumExp(x, 0), Math.log(x.shape[0]!));

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

/** The scalar to be minimised for a model with a latent variable, and what it was made of. */
export interface LatentObjective {
  loss: tf.Scalar;
  /** For the ELBO: mean log likelihood of a point, and mean divergence of the latent distributions of a task. */
  terms?: { likelihood: tf.Tensor; divergence: tf.Tensor };
}

/**
 * The training objective of models with a latent variable (`regression/models/np.py`).
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

/** Log likelihoods of a prediction (`regression/models/cnp.py`, `np.py`). */
interface Likelihoods {
  /** Of every row, [b, n]. */
  rows: tf.Tensor;
  /** Mean over the context's points (`ctx_ll`). */
  context: tf.Scalar;
  /** Mean over the target points (`tar_ll`), the figure that is reported. */
  targets: tf.Scalar;
}

/** @param prediction at all rows of the tasks, with a leading axis for several samples */
export function likelihoodsOf(prediction: Normal, tasks: Tasks): Likelihoods {
  const rows = rowLikelihood(prediction, tasks.y);
  const [inContext, inTargets] = tf.split(rows, [tasks.context, -1], 1) as [tf.Tensor, tf.Tensor];
  return {
    rows,
    context: meanOverPoints(inContext, contextOf(tasks)).mean,
    targets: meanOverPoints(inTargets, targetsOf(tasks)).mean,
  };
}
