import { threefryUniform } from "../engine/threefry.ts";
import { UserError } from "../errors.ts";
import type { FunctionSet, FunctionTask } from "./functions.ts";
import { checkRanges, type Counts } from "./gp/counts.ts";

/** Points of several functions, context first. */
export interface FunctionBatch extends Counts {
  /** Number of functions. */
  batch: number;
  /** [batch, context + target, dimX]. */
  x: Float32Array;
  /** [batch, context + target, dimY]. */
  y: Float32Array;
}

/**
 * Checks that every one of these tasks has as many points as a batch takes.
 *
 * @throws UserError naming the smallest task if it has fewer; RangeError for a task that is not there, or none at all.
 */
export function checkPoints(
  { source, tasks }: FunctionSet,
  taskIndices: ArrayLike<number>,
  { context, target }: Counts,
): void {
  checkRanges({ context: [context, context], target: [target, target] });
  let smallest: FunctionTask | undefined;
  for (const index of Array.from(taskIndices)) {
    const task = tasks[index];
    if (!task) throw new RangeError(`task ${index} of ${tasks.length}`);
    if (!smallest || task.n < smallest.n) smallest = task;
  }
  if (!smallest) throw new RangeError("expected tasks for a batch, found none");
  if (context + target > smallest.n) {
    throw new UserError(
      `${source}: ${context} points of context and ${target} of target were asked for, but task "${smallest.name}" ` +
        `has ${smallest.n} points`,
    );
  }
}

/**
 * Draws a batch: of each task distinct points in a random order, a pure function of the key. A task that stands in the
 * batch twice is drawn twice.
 *
 * @param key two whole numbers, such as seed and step
 * @throws UserError and RangeError as checkPoints does.
 */
export function functionBatch(
  set: FunctionSet,
  taskIndices: ArrayLike<number>,
  counts: Counts,
  key: readonly [number, number],
): FunctionBatch {
  checkPoints(set, taskIndices, counts);
  const { dimX, dimY, tasks } = set;
  const { context, target } = counts;
  const batch = taskIndices.length, points = context + target;
  const x = new Float32Array(batch * points * dimX), y = new Float32Array(batch * points * dimY);
  for (let item = 0; item < batch; item++) {
    const task = tasks[taskIndices[item]!]!;
    distinct(task.n, threefryUniform(key[0], key[1], item, points)).forEach((from, i) => {
      const to = item * points + i;
      x.set(task.x.subarray(from * dimX, (from + 1) * dimX), to * dimX);
      y.set(task.y.subarray(from * dimY, (from + 1) * dimY), to * dimY);
    });
  }
  return { batch, context, target, x, y };
}

/** The first places of a random order of 0 to n - 1, one for each uniform draw: the beginning of a shuffle. */
function distinct(n: number, draws: Float32Array): Int32Array {
  const order = Int32Array.from({ length: n }, (_, i) => i);
  draws.forEach((draw, i) => {
    const j = i + Math.floor(draw * (n - i));
    const swapped = order[i]!;
    order[i] = order[j]!;
    order[j] = swapped;
  });
  return order.subarray(0, draws.length);
}
