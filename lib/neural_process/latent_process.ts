import * as tf from "@tensorflow/tfjs-core";
import type { Parameter } from "../nn/parameters.ts";
import type { Decoder } from "./decoder.ts";
import type { Encode } from "./conditional_process.ts";
import type { Pooled } from "./pooled.ts";
import { divergence, logDensity, logMeanExp, type Normal } from "./normal.ts";
import { contextOf, type Points } from "./points.ts";

/** What one training pass gives: the scalar to be minimised, and what it was made of. */
export interface LatentPass {
  loss: tf.Scalar;
  /** For the ELBO: mean log likelihood of a point, and mean divergence of the latent distributions of a task. */
  terms?: { likelihood: tf.Tensor; divergence: tf.Tensor };
  prior: Normal;
  posterior: Normal;
  /** At all points, [b, n, dimY], with a leading axis if there are several samples. */
  prediction: Normal;
}

/** A neural process with a latent variable: NP, ANP, IPNP. */
export interface LatentProcess {
  parameters: Parameter[];
  /**
   * The training objective (reference section 2.2).
   *
   * @param noise standard normal: [k, b, dimLat] for the importance weighted bound with k samples, [b, dimLat] for the
   * ELBO with one
   */
  train(points: Points, noise: tf.Tensor): LatentPass;
  /** Predictions from the context alone, at all points; `noise` as above. */
  predict(points: Points, noise: tf.Tensor): { prior: Normal; prediction: Normal };
}

export interface LatentParts {
  rows: Encode;
  latent: Pooled;
  decode: Decoder;
}

const sample = ({ mean, sigma }: Normal, noise: tf.Tensor): tf.Tensor => tf.add(mean, tf.mul(noise, sigma));

export function latentProcess(parameters: Parameter[], parts: LatentParts): LatentProcess {
  const predict = (points: Points, z: tf.Tensor): Normal => {
    const { x, y } = contextOf(points);
    return parts.decode([parts.rows(x, y, points.x), tf.expandDims(z, -2)], points.x);
  };
  return {
    parameters,
    predict(points, noise) {
      const { x, y } = contextOf(points);
      const [prior] = parts.latent.latents(x, y, [points.context]) as [Normal];
      return { prior, prediction: predict(points, sample(prior, noise)) };
    },
    train(points, noise) {
      const { x, y, context } = points;
      const n = x.shape[1];
      const [prior, posterior] = parts.latent.latents(x, y, [context, n]) as [Normal, Normal];
      const z = sample(posterior, noise);
      const prediction = predict(points, z);
      const likelihood = tf.sum(logDensity(prediction, y), -1);
      const pass = { prior, posterior, prediction };
      if (noise.rank === 3) {
        return { ...pass, loss: importanceWeighted(likelihood, z, prior, posterior, n) as tf.Scalar };
      }
      const terms = {
        likelihood: tf.mean(likelihood),
        divergence: tf.mean(tf.sum(divergence(posterior, prior), -1)),
      };
      return { ...pass, terms, loss: tf.sub(tf.div(terms.divergence, n), terms.likelihood) as tf.Scalar };
    },
  };
}

/** Minus the mean over tasks of log mean exp of the weights of k samples, per point. */
function importanceWeighted(
  likelihood: tf.Tensor,
  z: tf.Tensor,
  prior: Normal,
  posterior: Normal,
  n: number,
) {
  const ratio = tf.sub(tf.sum(logDensity(prior, z), -1), tf.sum(logDensity(posterior, z), -1));
  const weights = tf.add(tf.sum(likelihood, -1), ratio);
  return tf.neg(tf.div(tf.mean(logMeanExp(weights)), n));
}
