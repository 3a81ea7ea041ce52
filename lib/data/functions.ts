import { threefryUniform } from "@spin/xla/threefry";
import * as tf from "@tensorflow/tfjs-core";
import { createHash } from "node:crypto";
import { UserError } from "../errors.ts";
import { inPasses, span } from "./permutation.ts";
import type { RawTable } from "./csv.ts";
import { momentsOf, notANumber, readRaw } from "./table.ts";
import { numberOf } from "./writing.ts";
import { checkRanges, type CountRanges, type Counts, type TaskSource } from "./task_source.ts";

/** Points of one function, in the order of the file. */
interface FunctionTask {
  name: string;
  /** Number of points. */
  n: number;
  /** [n, dimX]. */
  x: Float32Array;
  /** [n, dimY]. */
  y: Float32Array;
}

/** Functions that a neural process learns from: each is a task of its own. */
export interface FunctionSet {
  source: string;
  dimX: number;
  dimY: number;
  /** In the order of their first appearance. */
  tasks: FunctionTask[];
}

/** A task needs something to learn from and something to predict. */
const FEWEST = 2;

/**
 * Reads functions from a CSV file (also gzip) with one point a line, in columns `task`, `x` (or `x1`, `x2`, ...) and `y`
 * (or `y1`, `y2`, ...). The lines of a task need not be together. A place may stand there twice: a process can be
 * observed at one place more than once.
 *
 * @throws UserError with file, line and column for columns that are missing, cells that are empty or no finite numbers,
 *   numbers that 32 bits cannot tell apart, and tasks of one point; see parseCsv.
 */
export async function loadFunctions(path: string): Promise<FunctionSet> {
  return functionsOf(await readRaw(path, { header: true }));
}

/** As loadFunctions, of a table that was read already. */
export function functionsOf(raw: RawTable): FunctionSet {
  if (!raw.names.includes("task")) throw missing(raw, `"task"`);
  const [x, y] = [numbered(raw, "x"), numbered(raw, "y")];
  const rowsOf = rowsByTask(raw);
  const xs = x.map((name) => functionValues(raw, name));
  const ys = y.map((name) => functionValues(raw, name));
  const tasks = [...rowsOf].map(([name, rows]) => ({
    name,
    n: rows.length,
    x: interleaved(xs, rows),
    y: interleaved(ys, rows),
  }));
  return { source: raw.source, dimX: x.length, dimY: y.length, tasks };
}

function rowsByTask({ source, names, cells, lines }: RawTable): Map<string, number[]> {
  const tasks = cells[names.indexOf("task")]!;
  const rowsOf = Map.groupBy(tasks.keys(), (row) => tasks[row]!);
  const [empty] = rowsOf.get("") ?? [];
  if (empty !== undefined) {
    throw new UserError(
      `${source}, line ${lines[empty]}, column "task": expected a task, found an empty cell`,
    );
  }
  for (const [name, rows] of rowsOf) {
    if (rows.length < FEWEST) {
      throw new UserError(
        `${source}, line ${lines[rows[0]!]}: task "${name}": expected at least 2 points, one context ` +
          "and one target, found 1",
      );
    }
  }
  return rowsOf;
}

/** Rows of columns, one row after another: [rows.length, columns.length]. */
const interleaved = (columns: readonly Float32Array[], rows: readonly number[]): Float32Array =>
  Float32Array.from(rows.flatMap((row) => columns.map((values) => values[row]!)));

type Names = Pick<RawTable, "source" | "names">;

/** `x`, or `x1`, `x2` and so on. @throws UserError with the columns that there are where one is missing */
function numbered(table: Names, letter: string): string[] {
  if (table.names.includes(letter)) return [letter];
  const pattern = new RegExp(`^${letter}[1-9]\\d*$`);
  const found = table.names.filter((name) => pattern.test(name))
    .sort((a, b) => Number(a.slice(1)) - Number(b.slice(1)));
  if (found.length === 0) throw missing(table, `"${letter}", or "${letter}1", "${letter}2" and so on`);
  found.forEach((_, i) => {
    // A column beyond a gap would be left out without a word.
    if (found[i] !== `${letter}${i + 1}`) throw missing(table, `"${letter}${i + 1}" before "${found[i]}"`);
  });
  return found;
}

const missing = ({ source, names }: Names, wanted: string) =>
  new UserError(
    `${source}: expected a column ${wanted}, found ${names.map((name) => `"${name}"`).join(", ")}`,
  );

/** Neighbouring 32-bit numbers differ by at most this share of their size. */
const STEP = 2 ** -23;
/** How finely the range of a column should be told apart at least. */
const FINEST = 1e-4;

/**
 * A column of finite numbers: [rows].
 *
 * @throws UserError with line and column for an empty cell and what is no finite number, also in 32 bits; for numbers so
 *   far from 0 that 32 bits do not tell them apart, such as seconds since 1970.
 */
function functionValues({ source, names, cells, lines }: RawTable, name: string): Float32Array {
  const at = { source, name, lines };
  const values = Float64Array.from(cells[names.indexOf(name)]!, (text, row) => {
    const where = `${source}, line ${lines[row]}, column "${name}"`;
    if (text === "") throw new UserError(`${where}: expected a number, found an empty cell`);
    const value = numberOf(text);
    if (!Number.isFinite(value)) throw notANumber(at, row, text, { mayBeMissing: false });
    if (!Number.isFinite(Math.fround(value))) {
      throw new UserError(`${where}: ${text} is too large for 32 bits`);
    }
    return value;
  });
  let low = Infinity, high = -Infinity;
  for (const value of values) {
    low = Math.min(low, value);
    high = Math.max(high, value);
  }
  if (high > low && Math.max(-low, high) * STEP > (high - low) * FINEST) {
    throw new UserError(
      `${source}, column "${name}": its numbers, from ${low} to ${high}, are not told apart well enough by 32 bits; ` +
        `subtract ${low} from all of them`,
    );
  }
  return Float32Array.from(values);
}

export function functionDigest({ dimX, dimY, tasks }: FunctionSet): string {
  const hash = createHash("sha256").update(`${dimX} ${dimY}`);
  for (const { name, n, x, y } of tasks) {
    hash.update(JSON.stringify([name, n])).update(new Uint8Array(Float32Array.from([...x, ...y]).buffer));
  }
  return hash.digest("hex");
}

/**
 * Tasks of some functions of a set, as they are there: standardise them before. Batches go through the functions in
 * passes; of each, distinct points are drawn.
 *
 * @throws UserError for ranges that are none, no functions, and for one that has fewer points than the ranges may take.
 */
export function functionSource(
  set: FunctionSet,
  taskIndices: ArrayLike<number>,
  { batch, ranges }: { batch: number; ranges: CountRanges },
): TaskSource {
  checkRanges(ranges);
  const { dimX, dimY, source } = set;
  const tasks = Array.from(taskIndices);
  if (tasks.length === 0) throw new UserError(`${source}: expected at least one function, found none`);
  checkPoints(set, tasks, { context: ranges.context[1], target: ranges.target[1] });
  const choose = inPasses(tasks.length, batch);
  const chosen = { ...set, tasks: tasks.map((index) => set.tasks[index]!) };
  return {
    name: `functions-${functionDigest(chosen).slice(0, 12)}`,
    batch,
    ranges,
    make(key, counts, size) {
      const { x, y } = functionBatch(set, choose(key).map((at) => tasks[at]!), counts, key);
      return {
        x: tf.tensor3d(padded(x, dimX, counts, size), [batch, size, dimX]),
        y: tf.tensor3d(padded(y, dimY, counts, size), [batch, size, dimY]),
      };
    },
    dispose: () => {},
  };
}

/**
 * Rows [batch, size, dim] of rows [batch, context + target, dim]. After the context the targets come again and again:
 * wherever a layout begins to read as many rows as there are targets, it finds each of them once.
 */
function padded(values: Float32Array, dim: number, { context, target }: Counts, size: number): Float32Array {
  const points = context + target;
  const rows = new Float32Array(values.length / points * size);
  for (let row = 0; row < rows.length / dim; row++) {
    const [item, at] = [Math.floor(row / size), row % size];
    const from = item * points + (at < points ? at : context + (at - context) % target);
    rows.set(values.subarray(from * dim, (from + 1) * dim), row * dim);
  }
  return rows;
}

/** Mean and deviation of every column of x or y. */
interface ColumnMoments {
  mean: number[];
  deviation: number[];
}

/**
 * A standardiser by the mean and population deviation of x and y over all points of the tasks to train on. A column that
 * is constant there has deviation 1: its values become 0, and others keep their distance from it.
 *
 * @throws RangeError for a task that is not there, or none at all.
 */
export function standardiser(set: FunctionSet, taskIndices: ArrayLike<number>) {
  const train = Array.from(taskIndices, (index) => {
    const task = set.tasks[index];
    if (!task) throw new RangeError(`task ${index} of ${set.tasks.length}`);
    return task;
  });
  if (train.length === 0) throw new RangeError("expected tasks to standardise by, found none");
  const x = allMoments(train.map(({ x }) => x), set.dimX);
  const y = allMoments(train.map(({ y }) => y), set.dimY);
  return {
    x,
    y,
    apply: ({ tasks, ...rest }: FunctionSet): FunctionSet => ({
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
function allMoments(arrays: readonly Float32Array[], dim: number): ColumnMoments {
  const columns = Array.from({ length: dim }, (_, column) => columnMoments(arrays, column, dim));
  return { mean: columns.map(({ mean }) => mean), deviation: columns.map(({ deviation }) => deviation) };
}

function columnMoments(arrays: readonly Float32Array[], column: number, dim: number) {
  const values = Float64Array.from(
    arrays.flatMap((array) => [...array.filter((_, i) => i % dim === column)]),
  );
  const { low, high, mean, deviation } = momentsOf(values, Int32Array.from(values.keys()));
  // Rounding can leave equal values a tiny deviation, and dividing by that would blow them up.
  return low === high ? { mean: low, deviation: 1 } : { mean, deviation };
}

/** @throws UserError for a task with fewer points than a batch takes; RangeError for none, or one too many */
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
 * @returns x [batch, context + target, dimX] and y [batch, context + target, dimY], context first
 * @throws UserError and RangeError as checkPoints does.
 */
export function functionBatch(
  set: FunctionSet,
  taskIndices: ArrayLike<number>,
  counts: Counts,
  key: readonly [number, number],
): { x: Float32Array; y: Float32Array } {
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
  return { x, y };
}

/** The first places of a random order of 0 to n - 1, one for each uniform draw: the beginning of a shuffle. */
function distinct(n: number, draws: Float32Array): Int32Array {
  const order = span(n);
  draws.forEach((draw, i) => {
    const j = i + Math.floor(draw * (n - i));
    const swapped = order[i]!;
    order[i] = order[j]!;
    order[j] = swapped;
  });
  return order.subarray(0, draws.length);
}
