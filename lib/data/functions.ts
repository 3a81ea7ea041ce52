import { UserError } from "../errors.ts";
import { parseCsv, type RawTable } from "./csv.ts";
import { type FunctionColumns, functionColumns } from "./functions_columns.ts";
import { functionValues } from "./functions_values.ts";
import { readBytes } from "./read.ts";

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
 * Reads functions from a CSV file (also gzip) with one point a line: its task, x and y. The lines of a task need not be
 * together. A place may stand there twice: a process can be observed at one place more than once.
 *
 * @param columns defaults: task; x, or x1, x2, ...; y, or y1, y2, ...
 * @throws UserError with file, line and column for columns that are missing, cells that are empty or no finite numbers,
 *   numbers that 32 bits cannot tell apart, and tasks of one point; see parseCsv.
 */
export async function loadFunctions(
  path: string,
  columns: Partial<FunctionColumns> = {},
): Promise<FunctionSet> {
  return functionsOf(parseCsv(await readBytes(path, "table"), path, { header: true }), columns);
}

/** As loadFunctions, of a table that was read already. */
export function functionsOf(raw: RawTable, columns: Partial<FunctionColumns> = {}): FunctionSet {
  const { task, x, y } = functionColumns(raw, columns);
  const rowsOf = rowsByTask(raw, task);
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
        `${source}, line ${
          lines[rows[0]!]
        }: task "${name}": expected at least 2 points, one context and one target, ` +
          "found 1",
      );
    }
  }
  return rowsOf;
}

/** Rows of columns, one row after another: [rows.length, columns.length]. */
const interleaved = (columns: readonly Float32Array[], rows: readonly number[]): Float32Array =>
  Float32Array.from(rows.flatMap((row) => columns.map((values) => values[row]!)));
