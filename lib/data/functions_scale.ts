import type { FunctionSet } from "./functions.ts";

/** Mean and deviation of every column of x or y. */
interface ColumnMoments {
  mean: number[];
  deviation: number[];
}

/** The set with x and y less their means, over their deviations. */
interface Standardiser {
  x: ColumnMoments;
  y: ColumnMoments;
  apply(set: FunctionSet): FunctionSet;
}

/**
 * A standardiser by the mean and population deviation of x and y over all points of the tasks to train on. A column that
 * is constant there has deviation 1: its values become 0, and others keep their distance from it.
 *
 * @throws RangeError for a task that is not there, or none at all.
 */
export function standardiser(set: FunctionSet, taskIndices: ArrayLike<number>): Standardiser {
  const train = Array.from(taskIndices, (index) => {
    const task = set.tasks[index];
    if (!task) throw new RangeError(`task ${index} of ${set.tasks.length}`);
    return task;
  });
  if (train.length === 0) throw new RangeError("expected tasks to standardise by, found none");
  const x = momentsOf(train.map(({ x }) => x), set.dimX);
  const y = momentsOf(train.map(({ y }) => y), set.dimY);
  return {
    x,
    y,
    apply: ({ tasks, ...rest }) => ({
      ...rest,
      tasks: tasks.map((task) => ({ ...task, x: scaled(task.x, x), y: scaled(task.y, y) })),
    }),
  };
}

function scaled(values: Float32Array, { mean, deviation }: ColumnMoments): Float32Array {
  const dim = mean.length;
  return values.map((value, i) => (value - mean[i % dim]!) / deviation[i % dim]!);
}

/** Moments of the columns of arrays [n, dim], all rows together. */
function momentsOf(arrays: readonly Float32Array[], dim: number): ColumnMoments {
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
