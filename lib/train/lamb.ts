import * as tf from "@tensorflow/tfjs-core";
import type { UpdateRule } from "./optimizer.ts";

const BETA1 = 0.9;
const BETA2 = 0.999;
const EPSILON = 1e-6;
const LARGEST_NORM = 10;

/**
 * LAMB as in `npt/utils/optim_utils.py`: no bias correction, weight norm capped at 10, and a trust ratio of 1 where
 * the weights or the update are all 0.
 */
export function lamb(weightDecay: number): UpdateRule {
  return {
    slots: ["m", "v"],
    update: (parameters, gradients, [m, v], lr, _, { norms, spread }) => {
      const m2 = tf.add(tf.mul(m!, BETA1), tf.mul(gradients, 1 - BETA1));
      const v2 = tf.add(tf.mul(v!, BETA2), tf.mul(tf.square(gradients), 1 - BETA2));
      const adam = tf.div(m2, tf.add(tf.sqrt(v2), EPSILON)) as tf.Tensor1D;
      const step = weightDecay === 0 ? adam : tf.add(adam, tf.mul(parameters, weightDecay)) as tf.Tensor1D;
      const weightNorm = tf.minimum(norms(parameters), LARGEST_NORM);
      const stepNorm = norms(step);
      const usable = tf.logicalAnd(tf.greater(weightNorm, 0), tf.greater(stepNorm, 0));
      const ones = tf.onesLike(stepNorm);
      const ratio = tf.where(usable, tf.div(weightNorm, tf.where(usable, stepNorm, ones)), ones);
      const rate = spread(tf.mul(ratio, lr) as tf.Tensor1D);
      return {
        parameters: tf.sub(parameters, tf.mul(step, rate)),
        slots: [m2, v2] as tf.Tensor1D[],
      };
    },
  };
}
