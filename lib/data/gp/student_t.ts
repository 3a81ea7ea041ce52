import * as tf from "@tensorflow/tfjs-core";
import type { Rng } from "../../engine/mod.ts";

/** Degrees of freedom of the heavy-tailed noise. */
export const FREEDOM = 2.1;

/** Student-t draws with 2.1 degrees of freedom, by Bailey's polar method: exact, and nothing is ever rejected. */
export function studentT(rng: Rng, shape: number[]): tf.Tensor {
  return tf.tidy(() => {
    const uniform = tf.sub(1, rng.uniform(shape));
    const radius = tf.sqrt(tf.mul(FREEDOM, tf.sub(tf.pow(uniform, -2 / FREEDOM), 1)));
    return tf.mul(radius, tf.cos(tf.mul(2 * Math.PI, rng.uniform(shape))));
  });
}
