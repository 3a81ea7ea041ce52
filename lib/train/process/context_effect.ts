import * as tf from "@tensorflow/tfjs-core";
import { shuffled } from "../../data/mod.ts";
import type { TaskPoints } from "../../data/task_source.ts";
import { createRng, jit } from "../../engine/mod.ts";
import { rowsAfter } from "../../models/process/points.ts";
import type { Process } from "../../models/process/registry.ts";
import type { ContextEffect } from "../table/context_effect.ts";
import { noiseKey } from "./recipe.ts";

const FEWER = [10, 1];

/**
 * Whether a neural process reads its context: the root mean squared error of its means at the targets, when the values of
 * the context are permuted among its points, or only a few of the points are left; as `contextEffect` of tables.
 *
 * @param points x [b, n, dimX], y [b, n, dimY] of functions, the context first; stay the caller's
 * @param context how many of the points are context; the others are targets
 * @param seed of the permutation, and of latent samples and bootstraps
 */
export async function processContextEffect(
  process: Process,
  { x, y }: TaskPoints,
  context: number,
  seed = 1,
): Promise<ContextEffect[]> {
  const error = async (change: string, y: tf.Tensor3D, count: number): Promise<ContextEffect> => {
    const score = jit((x: tf.Tensor3D, y: tf.Tensor3D, key: tf.Tensor1D) => {
      const rows = (points: tf.Tensor3D) =>
        tf.concat(
          [tf.slice(points, [0, 0, 0], [-1, count, -1]), rowsAfter(points, context)],
          1,
        ) as tf.Tensor3D;
      const { mean } = process.predict({ x: rows(x), y: rows(y), context: count }, createRng(key), 1);
      const targets = rowsAfter(y, context);
      // Some models predict at all points, the targets last, and some give samples, the first axis.
      const [points, width] = targets.shape.slice(1) as [number, number];
      const at = tf.reshape(mean, [-1, mean.shape.at(-2)!, width]) as tf.Tensor3D;
      const predicted = rowsAfter(at, at.shape[1] - points);
      return tf.sqrt(tf.mean(tf.square(tf.sub(predicted, targets))));
    });
    const key = tf.tensor1d(noiseKey(seed, 0), "int32");
    const result = score(x, y, key);
    const [value] = await result.data();
    tf.dispose([result, key]);
    score.dispose();
    return { change, error: value! };
  };
  const first = Int32Array.from({ length: context }, (_, i) => i);
  const rest = Int32Array.from({ length: y.shape[1] - context }, (_, i) => context + i);
  const order = tf.tensor1d([...shuffled(first, [seed, 0]), ...rest], "int32");
  const permuted = tf.gather(y, order, 1);
  try {
    const found = [await error("as trained", y, context), await error("labels permuted", permuted, context)];
    for (const count of FEWER) found.push(await error(count === 1 ? "1 row" : `${count} rows`, y, count));
    return found;
  } finally {
    tf.dispose([order, permuted]);
  }
}
