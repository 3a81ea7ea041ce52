import * as tf from "@tensorflow/tfjs-core";
import { createRng, jit, scan } from "../../engine/mod.ts";
import type { TaskPoints, TaskSource } from "../task_source.ts";
import { checkRanges, type CountRanges } from "./counts.ts";
import type { GpKernel } from "./kernels.ts";
import { drawGp, gpBatch, type GpDraws, type GpTasks, onGpu, paddedSize, sampleGp } from "./sampler.ts";

/**
 * Batches that a GPU samples at once: it takes hardly longer for them than for one, since it waits for one column of a
 * Cholesky factor after the other. A processor gains nothing.
 */
const AHEAD = 16;

/** The batches of consecutive numbers, `[ahead, b, n, 1]`, and where they belong. */
interface Block {
  seed: number;
  first: number;
  points: number;
  tasks: TaskPoints;
}

/**
 * Tasks of a Gaussian process, sampled by the engine as a program of its own: one of at most four sizes, shared by all
 * models that train on them.
 *
 * @param ahead how many batches are sampled at once; chosen for the device unless given
 * @throws UserError for ranges that are none.
 */
export function gpSource(
  { kernel, batch, ahead, ...ranges }: { kernel: GpKernel; batch: number; ahead?: number } & CountRanges,
): TaskSource {
  checkRanges(ranges);
  const most = ranges.context[1] + ranges.target[1];
  const sample = jit((keys: tf.Tensor2D, points: number): TaskPoints => {
    const { x, y } = sampleBatches({ kernel, batch, points }, keys);
    return { x, y };
  }, { static: [1] });
  const pick = jit(({ x, y }: TaskPoints, index: tf.Tensor1D): TaskPoints => {
    const one = (all: tf.Tensor) => tf.squeeze(tf.gather(all, index), [0]) as tf.Tensor3D;
    return { x: one(x), y: one(y) };
  });
  const keyed = (seed: number, first: number, count: number, points: number): TaskPoints => {
    const keys = tf.tensor2d(Array.from({ length: count }, (_, i) => [seed, first + i]), undefined, "int32");
    const tasks = sample(keys, points);
    keys.dispose();
    return tasks;
  };
  let block: Block | undefined;
  const forget = () => {
    if (block) tf.dispose([block.tasks.x, block.tasks.y]);
    block = undefined;
  };
  return {
    name: `gp-${kernel}`,
    dimX: 1,
    dimY: 1,
    batch,
    ranges,
    make([seed, number], _, size) {
      const points = paddedSize(size, Math.max(most, size));
      const count = ahead ?? (onGpu() ? AHEAD : 1);
      if (count === 1) return keyed(seed, number, 1, points);
      // Blocks begin at multiples, so that a batch has the same bits whichever was asked for first.
      const first = Math.floor(number / count) * count;
      if (block?.seed !== seed || block.first !== first || block.points !== points) {
        forget();
        block = { seed, first, points, tasks: keyed(seed, first, count, points) };
      }
      const index = tf.tensor1d([number - first], "int32");
      const tasks = pick(block.tasks, index);
      index.dispose();
      return tasks;
    },
    dispose() {
      forget();
      sample.dispose();
      pick.dispose();
    },
  };
}

/** The batches of these keys, int32 [k, 2], all at once: x and y [k, b, n, 1], or [b, n, 1] of a single key. */
function sampleBatches(tasks: GpTasks, keys: tf.Tensor2D): TaskPoints {
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
