import { UserError } from "../errors.ts";
import { numberOf } from "./cells.ts";
import { parseCsv, type RawTable } from "./csv.ts";
import { readBytes } from "./read.ts";
import { notANumber } from "./table.ts";

/** Points of one function, in the order of the file. */
export interface FunctionTask {
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
  /** The file's name, for messages. */
  source: string;
  dimX: number;
  dimY: number;
  /** In the order of their first appearance. */
  tasks: FunctionTask[];
}

/** A task needs something to learn from and something to predict. */
const FEWEST = 2;

/**
 * Reads functions from a CSV file (also gzip) with one point a line, in columns `task`, `x` (or `x1`, `x2`, ...) and `y` (or
 * `y1`, `y2`, ...). The lines of a task need not be
 * together. A place may stand there twice: a process can be observed at one place more than once.
 *
 * @throws UserError with file, line and column for columns that are missing, cells that are empty or no finite numbers,
 *   numbers that 32 bits cannot tell apart, and tasks of one point; see parseCsv.
 */
export async function loadFunctions(path: string): Promise<FunctionSet> {
  return functionsOf(parseCsv(await readBytes(path, "table"), path, { header: true }));
}

/** As loadFunctions, of a table that was read already. */
export function functionsOf(raw: RawTable): FunctionSet {
  if (!raw.names.includes("task")) throw missing(raw, `"task"`);
  const [x, y] = [numbered(raw, "x"), numbered(raw, "y")];
  const rowsOf = rowsByTask(raw, "task");
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

function rowsByTask({ source, names, cells, lines }: RawTable, column: string): Map<string, number[]> {
  const rowsOf = new Map<string, number[]>();
  cells[names.indexOf(column)]!.forEach((name, row) => {
    if (name === "") {
      throw new UserError(
        `${source}, line ${lines[row]}, column "${column}": expected a task, found an empty cell`,
      );
    }
    const rows = rowsOf.get(name);
    if (rows) rows.push(row);
    else rowsOf.set(name, [row]);
  });
  for (const [name, rows] of rowsOf) {
    if (rows.length < FEWEST) {
      throw new UserError(
        `${source}, line ${lines[rows[0]!]}: task "${name}": expected at least 2 points, one context ` +
          `and one target, ` +
          "found 1",
      );
    }
  }
  return rowsOf;
}

/** Rows of columns, one row after another: [rows.length, columns.length]. */
const interleaved = (columns: readonly Float32Array[], rows: readonly number[]): Float32Array =>
  Float32Array.from(rows.flatMap((row) => columns.map((values) => values[row]!)));

type Names = Pick<RawTable, "source" | "names">;

/**
 * `x`, or `x1`, `x2` and so on without a gap.
 *
 * @throws UserError with the columns that there are for one that is missing.
 */
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
    if (text === "") {
      throw new UserError(
        `${source}, line ${lines[row]}, column "${name}": expected a number, found an empty cell`,
      );
    }
    const value = numberOf(text);
    if (!Number.isFinite(value)) throw notANumber(at, row, text);
    if (!Number.isFinite(Math.fround(value))) {
      throw new UserError(
        `${source}, line ${lines[row]}, column "${name}": ${text} is too large for 32 bits`,
      );
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
