import * as tf from "@tensorflow/tfjs-core";
import { constant } from "./initialisers.ts";
import type { Init } from "./parameters.ts";
import { expectShape } from "./shapes.ts";

/**
 * Layer normalisation over the last axis with biased variance, gain 1 and bias 0 at start.
 *
 * @param eps added to the variance (the reference's table models use 1e-12; a constant row then gives the bias)
 * @returns a function from [..., width] to the same shape
 */
export function layerNorm(init: Init, name: string, width: number, eps: number) {
  const scope = init.within(name);
  const gain = scope.create({ name: "weight", shape: [width], fill: constant(1, width) });
  const bias = scope.create({ name: "bias", shape: [width], fill: constant(0, width) });
  return <T extends tf.Tensor>(x: T): T => {
    expectShape(gain.name, x, [...x.shape.slice(0, -1), width]);
    return tf.add(tf.mul(standardise(x, eps), gain.variable), bias.variable) as T;
  };
}

/** (x - mean) / sqrt(variance + eps) over the last axis, with its gradient in closed form. */
function standardise(x: tf.Tensor, eps: number): tf.Tensor {
  return tf.customGrad((input, save) => {
    const centred = tf.sub(input as tf.Tensor, tf.mean(input as tf.Tensor, -1, true));
    const scale = tf.rsqrt(tf.add(tf.mean(tf.square(centred), -1, true), eps));
    const value = tf.mul(centred, scale);
    (save as tf.GradSaveFunc)([value, scale]);
    return {
      value,
      gradFunc: (dy, saved) => {
        const [y, s] = saved as [tf.Tensor, tf.Tensor];
        const along = tf.mul(y, tf.mean(tf.mul(dy, y), -1, true));
        return tf.mul(tf.sub(tf.sub(dy, tf.mean(dy, -1, true)), along), s);
      },
    };
  })(x);
}
