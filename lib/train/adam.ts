import * as tf from "@tensorflow/tfjs-core";
import type { UpdateRule } from "./optimizer.ts";

const BETA1 = 0.9;
const BETA2 = 0.999;
const EPSILON = 1e-8;

/**
 * Adam with bias correction, as in PyTorch.
 *
 * @param decoupled true: AdamW, the weights shrink by lr·weightDecay; false: weightDecay·weights joins the gradient
 */
export function adam(weightDecay: number, decoupled: boolean): UpdateRule {
  return {
    slots: ["m", "v"],
    update: (parameters, gradients, [m, v], lr, step) => {
      const decay = weightDecay !== 0;
      const g = decay && !decoupled ? tf.add(gradients, tf.mul(parameters, weightDecay)) : gradients;
      const m2 = tf.add(tf.mul(m!, BETA1), tf.mul(g, 1 - BETA1)) as tf.Tensor1D;
      const v2 = tf.add(tf.mul(v!, BETA2), tf.mul(tf.square(g), 1 - BETA2)) as tf.Tensor1D;
      const t = tf.cast(step, "float32");
      const first = tf.sub(1, tf.pow(BETA1, t));
      const second = tf.sqrt(tf.sub(1, tf.pow(BETA2, t)));
      const direction = tf.div(tf.div(m2, first), tf.add(tf.div(tf.sqrt(v2), second), EPSILON));
      const shrunk = decay && decoupled ? tf.mul(parameters, tf.sub(1, tf.mul(lr, weightDecay))) : parameters;
      return { parameters: tf.sub(shrunk, tf.mul(direction, lr)), slots: [m2, v2] };
    },
  };
}
