import * as tf from "@tensorflow/tfjs-core";

/** A batch of tasks that share their numbers of points: x [b, n, dimX], y [b, n, dimY], the context first. */
export interface Points {
  x: tf.Tensor3D;
  y: tf.Tensor3D;
  /** How many of the points are context. */
  context: number;
}

/** The first points: the context alone. */
export const contextOf = ({ x, y, context }: Points): { x: tf.Tensor3D; y: tf.Tensor3D } => ({
  x: first(x, context),
  y: first(y, context),
});

const first = (x: tf.Tensor3D, n: number): tf.Tensor3D => tf.slice(x, [0, 0, 0], [-1, n, -1]);

/** Inputs [b, n, dimX] and outputs [b, n, dimY] side by side. */
export const pairs = (x: tf.Tensor3D, y: tf.Tensor3D): tf.Tensor3D => tf.concat([x, y], -1);
