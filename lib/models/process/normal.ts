import * as tf from "@tensorflow/tfjs-core";

/** Independent normals; both of one shape. */
export interface Normal {
  mean: tf.Tensor;
  sigma: tf.Tensor;
}

const HALF_LOG_2PI = 0.5 * Math.log(2 * Math.PI);

/** log densities, elementwise. */
export const logDensity = ({ mean, sigma }: Normal, y: tf.Tensor): tf.Tensor =>
  tf.sub(
    tf.sub(tf.mul(tf.square(tf.div(tf.sub(y, mean), sigma)), -0.5), tf.log(sigma)),
    HALF_LOG_2PI,
  );

/** KL(q ‖ p), elementwise. */
export const divergence = (q: Normal, p: Normal): tf.Tensor => {
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
export const logMeanExp = (x: tf.Tensor): tf.Tensor => tf.sub(tf.logSumExp(x, 0), Math.log(x.shape[0]!));
