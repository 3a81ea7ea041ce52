import * as tf from "@tensorflow/tfjs-core";
import { createRng, scan } from "../../engine/mod.ts";
import type { TaskPoints } from "../task_source.ts";
import { drawGp, gpBatch, type GpDraws, type GpTasks, sampleGp } from "./sampler.ts";

/** The batches of these keys, int32 [k, 2], all at once: x and y [k, b, n, 1], or [b, n, 1] of a single key. */
export function sampleBatches(tasks: GpTasks, keys: tf.Tensor2D): TaskPoints {
  const [count] = keys.shape;
  if (count === 1) return sampleGp(tasks, tf.reshape(keys, [2]));
  const [, draws] = scan(
    (none: tf.Tensor, key: tf.Tensor) => [none, defined(drawGp(tasks, createRng(key)))],
    tf.scalar(0) as tf.Tensor,
    keys as tf.Tensor,
  );
  // All functions of all batches as one batch.
  const flat = Object.fromEntries(
    Object.entries(draws).map((
      [name, draw],
    ) => [name, tf.reshape(draw, [draw.shape[0]! * draw.shape[1]!, ...draw.shape.slice(2)])]),
  ) as unknown as GpDraws;
  const { x, y } = gpBatch(tasks, flat);
  const apart = (all: tf.Tensor3D) =>
    tf.reshape(all, [count, tasks.batch, ...all.shape.slice(1)]) as unknown as tf.Tensor3D;
  return { x: apart(x), y: apart(y) };
}

/** Without the draws that this kernel has none of. */
const defined = (draws: GpDraws): Record<string, tf.Tensor> =>
  Object.fromEntries(Object.entries(draws).filter(([, draw]) => draw !== undefined));
