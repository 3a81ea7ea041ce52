import { UserError } from "../errors.ts";
import { classOf, hasDecimalComma, MISSING_TEXTS, missingTest, numberOf, sortClasses } from "./cells.ts";
import { type CsvOptions, parseCsv, type RawTable } from "./csv.ts";
import { unknown } from "./nearest.ts";
import { readBytes } from "./read.ts";

export type Numbers = Float32Array | Float64Array;

/** A typed column of a table; rows in file order. */
export type TableColumn =
  | { name: string; kind: "numeric"; /** [n], NaN where missing */ values: Numbers }
  | {
    name: string;
    kind: "categorical";
    /** sorted distinct */ classes: string[];
    /** [n] index into `classes`, -1 where missing */ codes: Int32Array;
  };

/** What a message says about a column's place. */
interface ColumnSource {
  source: string;
  name: string;
  lines: ArrayLike<number>;
}

/** The error for a cell that is not the number that was expected. */
export function notANumber(at: ColumnSource, row: number, text: string, advice = ""): UserError {
  const where = `${at.source}, line ${at.lines[row]}, column "${at.name}"`;
  if (Math.abs(numberOf(text)) === Infinity) {
    return new UserError(`${where}: expected a finite number, found "${text}"`);
  }
  const reason = hasDecimalComma(text) ? "; numbers need a decimal point, not a comma" : advice;
  return new UserError(`${where}: expected a number, found "${text}"${reason}`);
}

/** Values of a numeric column. @throws UserError at the first cell that is neither missing nor a finite number. */
function numericColumn(
  at: ColumnSource,
  cells: readonly string[],
  isMissing: (text: string) => boolean,
  advice?: string,
): TableColumn {
  const values = new Float64Array(cells.length).fill(NaN);
  cells.forEach((text, row) => {
    if (isMissing(text)) return;
    values[row] = numberOf(text);
    if (!Number.isFinite(values[row])) throw notANumber(at, row, text, advice);
  });
  return { name: at.name, kind: "numeric", values };
}

function categoricalColumn(
  name: string,
  cells: readonly string[],
  isMissing: (text: string) => boolean,
): TableColumn {
  const labelOf = new Map<string, string>();
  for (const text of cells) if (!labelOf.has(text) && !isMissing(text)) labelOf.set(text, classOf(text));
  const classes = sortClasses(labelOf.values());
  const index = new Map(classes.map((label, code) => [label, code]));
  const codeOf = new Map([...labelOf].map(([text, label]) => [text, index.get(label)!]));
  const codes = Int32Array.from(cells, (text) => codeOf.get(text) ?? -1);
  return { name, kind: "categorical", classes, codes };
}

/**
 * The kind that the content of a column shows: numeric if every cell that is not missing is a number, categorical if at
 * most half of them are. In between stands almost surely a damaged number or a missing cell written in some other way:
 * taking such a column for text would quietly turn a regression into a classification, so it is an error.
 *
 * A column without any value counts as numeric.
 */
function foundColumn(
  at: ColumnSource,
  cells: readonly string[],
  isMissing: (text: string) => boolean,
): TableColumn {
  let present = 0, numbers = 0;
  for (const text of cells) {
    if (isMissing(text)) continue;
    present++;
    if (!Number.isNaN(numberOf(text)) || hasDecimalComma(text)) numbers++;
  }
  if (numbers <= present / 2 && present > 0) return categoricalColumn(at.name, cells, isMissing);
  const advice = `, where ${numbers} of ${present} cells are numbers; ` +
    "declare the column categorical if that is meant, or the text as a missing cell";
  return numericColumn(at, cells, isMissing, advice);
}

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
