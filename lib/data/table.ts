import { UserError } from "../errors.ts";
import { type CsvOptions, parseCsv, type RawTable } from "./csv.ts";
import { unknown } from "./nearest.ts";
import { isParquet, parseParquet } from "./parquet.ts";
import { checkNames } from "../options.ts";
import { readBytes } from "./read.ts";
import { remarksOn } from "./remarks.ts";
import { daysOf, numberAdvice, numberOf, oneForm } from "./writing.ts";

/** Texts that stand for a missing cell, compared without regard to case, unless a caller declares others. */
export const MISSING_TEXTS: readonly string[] = [
  ...["", "NA", "NaN", "?", "null"],
  ...["N/A", "#N/A", "<NA>", "NaT"],
];

/** A test for missing cells; `texts` in any case of letters. */
function missingTest(texts: readonly string[]): (text: string) => boolean {
  const lower = new Set(texts.map((text) => text.toLowerCase()));
  const longest = Math.max(0, ...texts.map(({ length }) => length));
  return (text) => text.length <= longest && lower.has(text.toLowerCase());
}

/**
 * The class that a categorical cell belongs to. Numbers are written in one way, so that 1, 1.0 and 1e0 are one class in
 * whatever file they come; what is more of a code than a number (007, +3, 18 digits) stays as it is.
 */
export function classOf(text: string): string {
  const value = numberOf(text);
  const isCode = /^[+-]?0\d|^\+/.test(text) || text.replace(/\D/g, "").length > 15;
  return Number.isFinite(value) && !isCode ? String(value) : oneForm(text);
}

/** Distinct classes in order: by value if all are numbers, else by code point. */
export function sortClasses(classes: Iterable<string>): string[] {
  const sorted = [...new Set(classes)];
  const numeric = sorted.every((text) => Number.isFinite(numberOf(text)));
  const byText = (a: string, b: string) => (a < b ? -1 : a > b ? 1 : 0);
  return sorted.sort(numeric ? (a, b) => Number(a) - Number(b) || byText(a, b) : byText);
}

export type Numbers = Float32Array | Float64Array;

/** A typed column of a table; rows in file order. */
export type TableColumn =
  | {
    name: string;
    kind: "numeric";
    /** [n], NaN where missing */ values: Numbers;
    /** Set if the cells are dates; the values are days since 1970. */
    dates?: true;
  }
  | {
    name: string;
    kind: "categorical";
    /** sorted distinct */ classes: string[];
    /** [n] index into `classes`, -1 where missing */ codes: Int32Array;
  };

/** Where the rows of a table stand in its file. */
export interface RowPlaces {
  /** The file's name. */
  source: string;
  lines: ArrayLike<number>;
  unit?: "row";
}

/** A row for messages: "houses.csv, line 3". */
export const placeOf = ({ source, lines, unit }: RowPlaces, row: number): string =>
  `${source}, ${unit ?? "line"} ${lines[row]}`;

interface ColumnSource extends RowPlaces {
  name: string;
}

/** The error for a cell that is not the number that was expected. @param options.mayBeMissing whether a reader may say so */
export function notANumber(
  at: ColumnSource,
  row: number,
  text: string,
  { advice = "", mayBeMissing = true }: { advice?: string; mayBeMissing?: boolean } = {},
): UserError {
  const where = `${placeOf(at, row)}, column "${at.name}"`;
  if (Math.abs(numberOf(text)) === Infinity) {
    const hint = mayBeMissing ? "; declare the text as a missing cell if it is one" : "";
    return new UserError(`${where}: expected a finite number, found "${text}"${hint}`);
  }
  const writing = numberAdvice(text);
  const reason = writing === undefined
    ? advice
    : `; ${writing}${advice && ", or declare the column categorical"}`;
  return new UserError(`${where}: expected a number, found "${text}"${reason}`);
}

/** Values of a numeric column. @throws UserError at the first cell that is neither missing nor a finite number. */
function numericColumn(
  at: ColumnSource,
  cells: readonly string[],
  isMissing: (text: string) => boolean,
  advice?: string,
): TableColumn & { kind: "numeric" } {
  const values = new Float64Array(cells.length).fill(NaN);
  cells.forEach((text, row) => {
    if (isMissing(text)) return;
    values[row] = numberOf(text);
    if (!Number.isFinite(values[row])) throw notANumber(at, row, text, { advice });
  });
  return { name: at.name, kind: "numeric", values };
}

/** Days since 1970 of a column whose cells are all dates or missing; undefined for any other column. */
function dateColumn(
  name: string,
  cells: readonly string[],
  isMissing: (text: string) => boolean,
): TableColumn | undefined {
  const values = new Float64Array(cells.length).fill(NaN);
  let found = false;
  for (let row = 0; row < cells.length; row++) {
    if (isMissing(cells[row]!)) continue;
    values[row] = daysOf(cells[row]!);
    if (Number.isNaN(values[row])) return undefined;
    found = true;
  }
  return found ? { name, kind: "numeric", values, dates: true } : undefined;
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
 * taking such a column for text would quietly turn a regression into a classification, so it is an error. Dates are
 * numbers, too: days since 1970.
 *
 * A column without any value counts as numeric.
 */
function foundColumn(
  at: ColumnSource,
  cells: readonly string[],
  isMissing: (text: string) => boolean,
): TableColumn {
  const dates = dateColumn(at.name, cells, isMissing);
  if (dates) return dates;
  let present = 0, numbers = 0;
  for (const text of cells) {
    if (isMissing(text)) continue;
    present++;
    if (!Number.isNaN(numberOf(text)) || numberAdvice(text) !== undefined) numbers++;
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
  /** Texts for a missing cell, in any case of letters; default `MISSING_TEXTS`. */
  missing?: readonly string[];
  /** Receives remarks on what was taken for what; none are made without it. */
  notify?: (message: string) => void;
}

export interface Table extends RowPlaces {
  rows: number;
  columns: TableColumn[];
  /** The line of the file on which each row begins. */
  lines: Int32Array;
}

export const isTable = (value: unknown): value is Table =>
  Array.isArray((value as Partial<Table> | undefined)?.columns) && Number.isInteger((value as Table).rows);

export const TABLE_OPTION_NAMES = ["delimiter", "header", "numeric", "categorical", "missing", "notify"];

/** The position of a column. @throws UserError naming the most similar columns if there is none of that name. */
export function columnIndex(source: string, names: readonly string[], name: string, what = "column"): number {
  const index = names.indexOf(name.normalize("NFC"));
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
  const { source, names, cells, lines, unit, kinds } = raw;
  const { missing = MISSING_TEXTS, notify } = options;
  const [numeric, categorical] = [options.numeric, options.categorical]
    .map((names = []) => [names].flat().map((name) => name.normalize("NFC"))) as [string[], string[]];
  for (const name of [...numeric, ...categorical]) columnIndex(source, names, name);
  const twice = numeric.find((name) => categorical.includes(name));
  if (twice !== undefined) throw new UserError(`column "${twice}" is declared numeric and categorical`);
  const isMissing = missingTest(missing);
  if (raw.headless) {
    const called = `its columns are ${names[0]} to ${names.at(-1)}`;
    notify?.(`${source}: the first row has numbers and is taken for data, not for names; ${called}`);
  }
  const columns = names.map((name, index) => {
    const at = { source, name, lines, unit };
    const [isNumeric, isCategorical] = [numeric.includes(name), categorical.includes(name)];
    if (isNumeric) {
      return dateColumn(name, cells[index]!, isMissing) ?? numericColumn(at, cells[index]!, isMissing);
    }
    if (isCategorical) return categoricalColumn(name, cells[index]!, isMissing);
    const column = kinds?.[index] === "categorical"
      ? dateColumn(name, cells[index]!, isMissing) ?? categoricalColumn(name, cells[index]!, isMissing)
      : foundColumn(at, cells[index]!, isMissing);
    for (const remark of notify ? remarksOn(column, cells[index]!, raw, index) : []) notify!(remark);
    return column;
  });
  return { source, rows: lines.length, columns, lines: Int32Array.from(lines), ...unit && { unit } };
}

/** The cells of a CSV file (also gzip) or of a Parquet file, which are told apart by their content. */
export async function readRaw(path: string, options: CsvOptions = {}): Promise<RawTable> {
  const bytes = await readBytes(path, "table");
  return isParquet(bytes) ? await parseParquet(bytes, path) : parseCsv(bytes, path, options);
}

/** Reads a file (see readRaw) as a typed table. @throws UserError as parseCsv and typeTable do */
export async function readTable(path: string, options: TableOptions = {}): Promise<Table> {
  checkNames(options, TABLE_OPTION_NAMES, "loadTable");
  return typeTable(await readRaw(path, options), options);
}

/** Range, mean and population deviation of some rows of a column; missing ones are not counted. */
export function momentsOf(values: Numbers, rows: Int32Array) {
  let count = 0, sum = 0, low = Infinity, high = -Infinity;
  // Loops over an index: there may be hundreds of millions of cells, and iterators take several times as long.
  for (let i = 0; i < rows.length; i++) {
    const value = values[rows[i]!]!;
    if (Number.isNaN(value)) continue;
    count++;
    sum += value;
    if (value < low) low = value;
    if (value > high) high = value;
  }
  const mean = sum / count;
  let squares = 0;
  for (let i = 0; i < rows.length; i++) {
    const value = values[rows[i]!]!;
    if (!Number.isNaN(value)) squares += (value - mean) ** 2;
  }
  return { count, low, high, mean, deviation: Math.sqrt(squares / count) };
}
