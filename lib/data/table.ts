import { UserError } from "../errors.ts";
import { MISSING_TEXTS, missingTest } from "./cells.ts";
import { type CsvOptions, parseCsv, type RawTable } from "./csv.ts";
import { unknown } from "./nearest.ts";
import { readBytes } from "./read.ts";
import { categoricalColumn, foundColumn, numericColumn, type TableColumn } from "./typing.ts";

export type { TableColumn };

export interface TableOptions extends CsvOptions {
  /** Columns of numbers: a text in one of them is an error. */
  numeric?: readonly string[];
  /** Columns of classes, even if they are written as numbers. */
  categorical?: readonly string[];
  /** Texts for a missing cell, in any case of letters; default "", NA, NaN, ?, null. */
  missing?: readonly string[];
}

/** A table with typed columns. */
export interface Table {
  /** The file's name, for messages. */
  source: string;
  rows: number;
  columns: TableColumn[];
  /** The line of the file on which each row begins. */
  lines: Int32Array;
}

/** The position of a column. @throws UserError naming the most similar columns if there is none of that name. */
export function columnIndex(source: string, names: readonly string[], name: string, what = "column"): number {
  const index = names.indexOf(name);
  if (index < 0) throw new UserError(`${source}: no ${what} ${unknown(name, names)}`);
  return index;
}

/**
 * Gives every column a kind. A declared kind counts; else a column is numeric if all its cells are numbers (few distinct
 * ones as well: a class written as a number has to be declared), and categorical if at most half of them are.
 *
 * @throws UserError with file, line and column for a text among numbers or a number beyond all bounds (1e999).
 */
export function typeTable(raw: RawTable, options: TableOptions = {}): Table {
  const { source, names, cells, lines } = raw;
  const { numeric = [], categorical = [], missing = MISSING_TEXTS } = options;
  for (const name of [...numeric, ...categorical]) columnIndex(source, names, name);
  for (const name of numeric) {
    if (categorical.includes(name)) {
      throw new UserError(`column "${name}" is declared numeric and categorical`);
    }
  }
  const isMissing = missingTest(missing);
  const columns = names.map((name, index) => {
    const at = { source, name, lines };
    if (numeric.includes(name)) return numericColumn(at, cells[index]!, isMissing);
    if (categorical.includes(name)) return categoricalColumn(name, cells[index]!, isMissing);
    return foundColumn(at, cells[index]!, isMissing);
  });
  return { source, rows: lines.length, columns, lines: Int32Array.from(lines) };
}

/**
 * Reads a CSV file (also gzip) as a typed table.
 *
 * @throws UserError naming file, line and column for everything that is wrong with it; see parseCsv and typeTable.
 */
export async function readTable(path: string, options: TableOptions = {}): Promise<Table> {
  return typeTable(parseCsv(await readBytes(path, "table"), path, options), options);
}
