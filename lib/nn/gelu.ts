import * as tf from "@tensorflow/tfjs-core";

/** x·Φ(x), Φ the standard normal distribution function by erf (not the tanh approximation). Any shape. */
export const gelu: <T extends tf.Tensor>(x: T) => T = tf.customGrad((input, save) => {
  const x = input as tf.Tensor;
  const below = tf.mul(tf.add(tf.erf(tf.mul(x, Math.SQRT1_2)), 1), 0.5);
  (save as tf.GradSaveFunc)([x, below]);
  return {
    value: tf.mul(x, below),
    gradFunc: (dy, saved) => {
      const [x, below] = saved as [tf.Tensor, tf.Tensor];
      const density = tf.mul(tf.exp(tf.mul(tf.square(x), -0.5)), 1 / Math.sqrt(2 * Math.PI));
      return tf.mul(dy, tf.add(below, tf.mul(x, density)));
    },
  };
}) as <T extends tf.Tensor>(x: T) => T;
