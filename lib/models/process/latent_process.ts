import * as tf from "@tensorflow/tfjs-core";
import type { Parameter } from "../../nn/parameters.ts";
import type { Encode } from "./conditional_process.ts";
import type { Decoder } from "./decoder.ts";
import { type LatentObjective, latentObjective, logDensity, type Normal, sample } from "./normal.ts";
import { contextOf, meanOverPoints, type Tasks } from "./points.ts";
import type { Pooled } from "./pooling_encoder.ts";

/** What one training pass gives: the scalar to be minimised, and what it was made of. */
interface LatentPass extends LatentObjective {
  prior: Normal;
  posterior: Normal;
  /** At all points, [b, n, dimY], with a leading axis if there are several samples. */
  prediction: Normal;
}

/** A neural process with a latent variable: NP, ANP, IPNP. */
export interface LatentProcess {
  parameters: Parameter[];
  /**
   * The training objective (`regression/models/np.py`).
   *
   * @param noise standard normal: [k, b, dimLat] for the importance weighted bound with k samples, [b, dimLat] for the
   * ELBO with one; [b, n, dimLat] where each row has a variable of its own, for the ELBO only
   */
  train(tasks: Tasks, noise: tf.Tensor): LatentPass;
  /** Predictions from the context alone, at all rows; `noise` as above. */
  predict(tasks: Tasks, noise: tf.Tensor): { prior: Normal; prediction: Normal };
}

export interface LatentParts {
  rows: Encode;
  latent: Pooled;
  decode: Decoder;
}

/** Whether each row has a latent variable of its own; their distribution is then [b, 1, dimLat]. */
const rowwise = ({ mean }: Normal): boolean => mean.rank === 3;

export function latentProcess(parameters: Parameter[], parts: LatentParts): LatentProcess {
  const predict = (tasks: Tasks, latent: Normal, z: tf.Tensor): Normal =>
    parts.decode(
      [parts.rows(contextOf(tasks), tasks.x), rowwise(latent) ? z : tf.expandDims(z, -2)],
      tasks.x,
    );
  return {
    parameters,
    predict(tasks, noise) {
      const [prior] = parts.latent.latents(contextOf(tasks), [tasks.context]) as [Normal];
      return { prior, prediction: predict(tasks, prior, sample(prior, noise)) };
    },
    train(tasks, noise) {
      const [prior, posterior] = parts.latent.latents(tasks, [tasks.context, tasks.x.shape[1]]) as [
        Normal,
        Normal,
      ];
      const z = sample(posterior, noise);
      const prediction = predict(tasks, posterior, z);
      const likelihood = meanOverPoints(tf.sum(logDensity(prediction, tasks.y), -1), tasks);
      const samples = noise.rank === 3 && !rowwise(posterior) ? z : undefined;
      return { prior, posterior, prediction, ...latentObjective(prior, posterior, likelihood, samples) };
    },
  };
}
