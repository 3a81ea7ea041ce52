import type { FunctionSet } from "./functions.ts";

/** Mean and deviation of every column of x or y. */
export interface Moments {
  mean: number[];
  deviation: number[];
}

export interface Standardiser {
  x: Moments;
  y: Moments;
  /** The set with x and y less their means, over their deviations. */
  apply(set: FunctionSet): FunctionSet;
  /** Standardised values as they were: rows of x or y, one after another. */
  invert(values: ArrayLike<number>, of: "x" | "y"): Float32Array;
}

/**
 * A standardiser by the mean and population deviation of x and y over all points of the tasks to train on. A column that
 * is constant there has deviation 1: its values become 0, and others keep their distance from it.
 *
 * @throws RangeError for a task that is not there, or none at all.
 */
export function standardiser(set: FunctionSet, taskIndices: ArrayLike<number>): Standardiser {
  const tasks = Array.from(taskIndices, (index) => {
    const task = set.tasks[index];
    if (!task) throw new RangeError(`task ${index} of ${set.tasks.length}`);
    return task;
  });
  if (tasks.length === 0) throw new RangeError("expected tasks to standardise by, found none");
  return standardiserOf({
    x: momentsOf(tasks.map(({ x }) => x), set.dimX),
    y: momentsOf(tasks.map(({ y }) => y), set.dimY),
  });
}

/** The standardiser with these moments, such as those that were kept beside a model. */
export const standardiserOf = ({ x, y }: { x: Moments; y: Moments }): Standardiser => ({
  x,
  y,
  apply: (set) => ({
    ...set,
    tasks: set.tasks.map((task) => ({ ...task, x: scaled(task.x, x), y: scaled(task.y, y) })),
  }),
  invert: (values, of) => {
    const { mean, deviation } = { x, y }[of];
    const dim = mean.length;
    return Float32Array.from(values, (value, i) => value * deviation[i % dim]! + mean[i % dim]!);
  },
});

function scaled(values: Float32Array, { mean, deviation }: Moments): Float32Array {
  const dim = mean.length;
  return values.map((value, i) => (value - mean[i % dim]!) / deviation[i % dim]!);
}

/** Moments of the columns of arrays [n, dim], all rows together. */
function momentsOf(arrays: readonly Float32Array[], dim: number): Moments {
  const columns = Array.from({ length: dim }, (_, column) => columnMoments(arrays, column, dim));
  return { mean: columns.map(({ mean }) => mean), deviation: columns.map(({ deviation }) => deviation) };
}

function columnMoments(arrays: readonly Float32Array[], column: number, dim: number) {
  let count = 0, sum = 0, low = Infinity, high = -Infinity;
  for (const values of arrays) {
    for (let i = column; i < values.length; i += dim) {
      count++;
      sum += values[i]!;
      low = Math.min(low, values[i]!);
      high = Math.max(high, values[i]!);
    }
  }
  // Rounding can leave equal values a tiny deviation, and dividing by that would blow them up.
  if (low === high) return { mean: low, deviation: 1 };
  const mean = sum / count;
  let squares = 0;
  for (const values of arrays) {
    for (let i = column; i < values.length; i += dim) squares += (values[i]! - mean) ** 2;
  }
  return { mean, deviation: Math.sqrt(squares / count) };
}
