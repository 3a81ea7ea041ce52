import * as tf from "@tensorflow/tfjs-core";
import type { Parameter } from "../../nn/parameters.ts";
import type { Decoder } from "./decoder.ts";
import { meanLikelihood, type Normal } from "./normal.ts";
import { contextOf, type Points, type Tasks } from "./points.ts";

/** A neural process without a latent variable: CNP, CANP, CIPNP, and the others with their latent path left out. */
export interface ConditionalProcess {
  parameters: Parameter[];
  /** The training objective: minus the mean log likelihood of all points, the context's included. */
  train(tasks: Tasks): { loss: tf.Scalar; prediction: Normal };
  /** At all rows, [b, n, dimY]. */
  predict(tasks: Tasks): Normal;
}

/** Encodes a context for the inputs xt [b, nt, dimX]: [b, nt, w], or [b, 1, w] where it is the same for all. */
export type Encode = (context: Points, xt: tf.Tensor3D) => tf.Tensor;

export function conditionalProcess(
  parameters: Parameter[],
  encoders: Encode[],
  decode: Decoder,
): ConditionalProcess {
  const predict = (tasks: Tasks): Normal => {
    const context = contextOf(tasks);
    return decode(encoders.map((encode) => encode(context, tasks.x)), tasks.x);
  };
  return {
    parameters,
    predict,
    train(tasks) {
      const prediction = predict(tasks);
      return { loss: tf.neg(meanLikelihood(prediction, tasks)), prediction };
    },
  };
}
