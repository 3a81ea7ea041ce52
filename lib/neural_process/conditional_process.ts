import * as tf from "@tensorflow/tfjs-core";
import type { Parameter } from "../nn/parameters.ts";
import type { Decoder } from "./decoder.ts";
import { logDensity, type Normal } from "./normal.ts";
import { contextOf, type Points } from "./points.ts";

/** A neural process without a latent variable: CNP, CANP, CIPNP, and the others with their latent path left out. */
export interface ConditionalProcess {
  parameters: Parameter[];
  /** The training objective: minus the mean log likelihood of all points, the context's included. */
  train(points: Points): { loss: tf.Scalar; prediction: Normal };
  /** At all points, [b, n, dimY]. */
  predict(points: Points): Normal;
}

/** Encodes a context for the inputs xt [b, nt, dimX]: [b, nt, w], or [b, 1, w] where it is the same for all. */
export type Encode = (xc: tf.Tensor3D, yc: tf.Tensor3D, xt: tf.Tensor3D) => tf.Tensor;

export function conditionalProcess(
  parameters: Parameter[],
  encoders: Encode[],
  decode: Decoder,
): ConditionalProcess {
  const predict = (points: Points): Normal => {
    const { x, y } = contextOf(points);
    return decode(encoders.map((encode) => encode(x, y, points.x)), points.x);
  };
  return {
    parameters,
    predict,
    train(points) {
      const prediction = predict(points);
      const likelihood = tf.sum(logDensity(prediction, points.y), -1);
      return { loss: tf.neg(tf.mean(likelihood)) as tf.Scalar, prediction };
    },
  };
}
