import * as tf from "@tensorflow/tfjs-core";
import { scan } from "../engine/mod.ts";

/** Joint normals: mean [b, n] and the lower triangular factor L of the covariance L·Lᵀ, [b, n, n], diagonal above 0. */
export interface JointNormal {
  mean: tf.Tensor2D;
  scale: tf.Tensor3D;
}

/**
 * The lower Cholesky factor, column by column, with a gradient: for some hundred rows at most.
 *
 * @param covariance [b, n, n], positive definite; otherwise the result holds NaN
 */
export function tensorCholesky(covariance: tf.Tensor3D): tf.Tensor3D {
  const n = covariance.shape[1];
  const below = tf.linalg.bandPart(tf.ones([n, n]), 0, -1);
  const [, columns] = scan(
    (rest: tf.Tensor3D, { unit, lower }: { unit: tf.Tensor; lower: tf.Tensor }) => {
      const column = tf.mul(tf.sum(tf.mul(rest, unit), -1), lower);
      const pivot = tf.sum(tf.mul(column, unit), -1, true);
      const scaled = tf.div(column, tf.sqrt(pivot)) as tf.Tensor2D;
      const outer = tf.mul(tf.expandDims(scaled, 2), tf.expandDims(scaled, 1));
      return [tf.sub(rest, outer) as tf.Tensor3D, scaled];
    },
    covariance,
    { unit: tf.eye(n) as tf.Tensor, lower: below as tf.Tensor },
  );
  return tf.transpose(columns as unknown as tf.Tensor3D, [1, 2, 0]);
}

/** z with L·z = y, by forward substitution: y [b, n], L [b, n, n] lower triangular. */
export function solveLowerTensor(lower: tf.Tensor3D, y: tf.Tensor2D): tf.Tensor2D {
  const n = y.shape[1];
  const [, z] = scan(
    (rest: tf.Tensor2D, { unit, column }: { unit: tf.Tensor; column: tf.Tensor }) => {
      const at = (x: tf.Tensor) => tf.sum(tf.mul(x, unit), -1, true);
      const value = tf.div(at(rest), at(column));
      return [tf.sub(rest, tf.mul(value, column)) as tf.Tensor2D, value];
    },
    y,
    { unit: tf.eye(n) as tf.Tensor, column: tf.transpose(lower, [2, 0, 1]) as tf.Tensor },
  );
  return tf.transpose(tf.squeeze(z as unknown as tf.Tensor3D, [2]));
}

/** Log densities [b] of y [b, n]. */
export function jointDensity({ mean, scale }: JointNormal, y: tf.Tensor2D): tf.Tensor1D {
  const n = mean.shape[1];
  const z = solveLowerTensor(scale, tf.sub(y, mean));
  const diagonal = tf.sum(tf.mul(scale, tf.eye(n)), -1);
  const terms = tf.add(tf.mul(tf.square(z), 0.5), tf.log(diagonal));
  return tf.neg(tf.add(tf.sum(terms, -1), 0.5 * n * Math.log(2 * Math.PI)));
}
