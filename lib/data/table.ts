import { CsvError, parse } from "csv-parse/sync";
import { Buffer, isUtf8 } from "node:buffer";
import { gunzipSync } from "node:zlib";
import { UserError } from "../errors.ts";
import { unknown } from "./nearest.ts";
import { readBytes } from "./read.ts";

/** Texts that stand for a missing cell, compared without regard to case, unless a caller declares others. */
export const MISSING_TEXTS: readonly string[] = ["", "NA", "NaN", "?", "null"];

const INFINITE = /^[+-]?inf(inity)?$/i;
const DECIMAL_COMMA = /^[+-]?\d+,\d+$/;

/** Whether a text that JavaScript reads as a number is a decimal one: not empty, not 0x10, 0o7 or 0b1. */
const isDecimal = (text: string): boolean => text !== "" && !/^0[xob]/i.test(text);

/** The finite number that a cell's text is; NaN for every other text, an infinity for one beyond all numbers. */
export function numberOf(text: string): number {
  const value = Number(text);
  if (!Number.isNaN(value)) return isDecimal(text) ? value : NaN;
  return INFINITE.test(text) ? Infinity : NaN;
}

/** A test for missing cells; `texts` in any case of letters. */
function missingTest(texts: readonly string[]): (text: string) => boolean {
  const lower = new Set(texts.map((text) => text.toLowerCase()));
  const longest = Math.max(0, ...texts.map(({ length }) => length));
  return (text) => text.length <= longest && lower.has(text.toLowerCase());
}

const THOUSANDS = /^[+-]?\d{1,3}(,\d{3})+(\.\d+)?$/;
/** "1.250.000" and "1.250.000,5"; a single point is a decimal one. */
const POINTED = /^[+-]?\d{1,3}(\.\d{3}){2,}(,\d+)?$/;
const SIGN = /^([+-]?)([$€£¥])|([$€£¥%])$/;
const DATE = /^(\d{4}-\d{1,2}-\d{1,2}([T ]\S+)?|\d{1,2}[./]\d{1,2}[./]\d{2,4})$/;

/** How to write a number that people read and machines do not; undefined for any other text. */
function numberAdvice(text: string): string | undefined {
  if (/\s/.test(text)) {
    const dense = text.replaceAll(/\s/g, "");
    const known = /\d/.test(dense) && (!Number.isNaN(numberOf(dense)) || numberAdvice(dense) !== undefined);
    return known && !DATE.test(text) ? `write it without blanks between its figures: ${dense}` : undefined;
  }
  const plain = text.replaceAll(",", "");
  if (THOUSANDS.test(text) && DECIMAL_COMMA.test(text)) {
    return `write ${plain} if the comma groups thousands, ${text.replace(",", ".")} if it is a decimal comma`;
  }
  if (THOUSANDS.test(text)) return `write ${plain}, without commas between thousands`;
  if (POINTED.test(text)) {
    return `write ${text.replaceAll(".", "").replace(",", ".")}, without points between thousands`;
  }
  if (DECIMAL_COMMA.test(text)) return "numbers need a decimal point, not a comma";
  const sign = SIGN.exec(text);
  const rest = sign && text.replace(SIGN, "$1");
  if (!rest || (Number.isNaN(numberOf(rest)) && numberAdvice(rest) === undefined)) return undefined;
  return `write the numbers alone, without "${sign[2] ?? sign[3]}"`;
}

/**
 * The class that a categorical cell belongs to. Numbers are written in one way, so that 1, 1.0 and 1e0 are one class in
 * whatever file they come; what is more of a code than a number (007, +3, 18 digits) stays as it is.
 */
export function classOf(text: string): string {
  const value = numberOf(text);
  const isCode = /^[+-]?0\d|^\+/.test(text) || text.replace(/\D/g, "").length > 15;
  return Number.isFinite(value) && !isCode ? String(value) : text;
}

/** Distinct classes in order: by value if all are numbers, else by code point. */
export function sortClasses(classes: Iterable<string>): string[] {
  const sorted = [...new Set(classes)];
  const numeric = sorted.every((text) => Number.isFinite(numberOf(text)));
  const byText = (a: string, b: string) => (a < b ? -1 : a > b ? 1 : 0);
  return sorted.sort(numeric ? (a, b) => Number(a) - Number(b) || byText(a, b) : byText);
}

const lineAt = (bytes: Uint8Array, offset: number): number => {
  let line = 1;
  for (let i = 0; i < offset; i++) if (bytes[i] === 0x0a) line++;
  return line;
};

/** The first line that is not UTF-8; a line end never lies inside a UTF-8 character. */
function firstBadLine(bytes: Uint8Array): number {
  let start = 0;
  for (let line = 1;; line++) {
    const found = bytes.indexOf(0x0a, start);
    const end = found < 0 ? bytes.length : found + 1;
    if (!isUtf8(bytes.subarray(start, end)) || found < 0) return line;
    start = end;
  }
}

/**
 * The text of a table as UTF-8 bytes, unpacked if it is gzip (found by content, not by name).
 *
 * @throws UserError for damaged gzip data, UTF-16, binary content and bytes that are not UTF-8.
 */
function textBytes(bytes: Uint8Array, source: string): Uint8Array {
  if (bytes[0] === 0x1f && bytes[1] === 0x8b) {
    try {
      bytes = gunzipSync(bytes);
    } catch (error) {
      throw new UserError(`${source}: truncated or damaged gzip file: ${(error as Error).message}`);
    }
  }
  if ((bytes[0] === 0xff && bytes[1] === 0xfe) || (bytes[0] === 0xfe && bytes[1] === 0xff)) {
    throw new UserError(`${source}: expected UTF-8 text, found UTF-16; save it as UTF-8`);
  }
  const zero = bytes.indexOf(0);
  if (zero >= 0) {
    throw new UserError(
      `${source}, line ${lineAt(bytes, zero)}: expected a text table, found a binary file (a NUL byte)`,
    );
  }
  if (!isUtf8(bytes)) {
    throw new UserError(
      `${source}, line ${firstBadLine(bytes)}: expected UTF-8 text, found other bytes; save it as UTF-8`,
    );
  }
  return bytes;
}

const CANDIDATES = [",", ";", "\t"] as const;
const SAMPLE_LINES = 20;

/** Cells per line for every candidate, over the first lines; delimiters and line ends inside quotes do not count. */
function countCells(text: string): number[][] {
  const lines: number[][] = [];
  let cells: number[] = CANDIDATES.map(() => 1);
  let quoted = false;
  let blank = true;
  for (const character of text) {
    if (character === '"') quoted = !quoted;
    else if (!quoted && (character === "\n" || character === "\r")) {
      if (!blank) lines.push(cells);
      if (lines.length === SAMPLE_LINES) return lines;
      cells = CANDIDATES.map(() => 1);
      blank = true;
      continue;
    } else if (!quoted) {
      const index = (CANDIDATES as readonly string[]).indexOf(character);
      if (index >= 0) cells[index]!++;
    }
    blank = false;
  }
  if (!blank) lines.push(cells);
  return lines;
}

/**
 * Finds the delimiter (comma, semicolon or tab) from the beginning of a file: the one that cuts most of the first lines
 * into the same number of cells; among equals the one that gives more cells. A file without any has one column.
 */
export function detectDelimiter(start: string): string {
  const lines = countCells(start);
  let best = { delimiter: ",", agreeing: 0, cells: 1 };
  CANDIDATES.forEach((delimiter, index) => {
    const tally = new Map<number, number>();
    for (const line of lines) tally.set(line[index]!, (tally.get(line[index]!) ?? 0) + 1);
    for (const [cells, agreeing] of tally) {
      const better = agreeing > best.agreeing || (agreeing === best.agreeing && cells > best.cells);
      if (cells > 1 && better) best = { delimiter, agreeing, cells };
    }
  });
  return best.delimiter;
}

interface CsvOptions {
  /** Default: comma, semicolon or tab, whichever cuts the first lines evenly. */
  delimiter?: string;
  /** Default: the first row holds names unless one of its cells is a number. */
  header?: boolean;
}

/** A table as it stands in its file: every cell a text, blanks around it removed. */
export interface RawTable {
  /** The file's name, for messages. */
  source: string;
  /** Without a header column1, column2, ...; so too for an empty name. */
  names: string[];
  /** cells[column][row]. */
  cells: string[][];
  /** The line on which each row begins, counted from 1. */
  lines: number[];
  /** Columns whose header is empty. */
  unnamed?: number[];
}

const HEAD_BYTES = 1 << 16;
const DELIMITER_NAMES: Record<string, string> = { ",": "commas", ";": "semicolons", "\t": "tabs" };

const breaks = (row: string[]): number =>
  row.reduce((sum, cell) => sum + (cell.match(/\r\n|\n|\r/g)?.length ?? 0), 0);

function readRows(
  bytes: Uint8Array,
  source: string,
  delimiter: string,
  onRow: (row: string[], line: number) => void,
) {
  let end = 0;
  try {
    parse(Buffer.from(bytes.buffer, bytes.byteOffset, bytes.byteLength), {
      bom: true,
      delimiter,
      record_delimiter: ["\r\n", "\n", "\r"],
      trim: true,
      skip_empty_lines: true,
      relax_column_count: true,
      on_record: (row: string[], context) => {
        // Only rows that follow on more than one line can have line ends inside their cells.
        onRow(row, context.lines - (context.lines - end > 1 ? breaks(row) : 0));
        end = context.lines;
        return null;
      },
    });
  } catch (error) {
    if (!(error instanceof CsvError)) throw error;
    const { code, lines } = error;
    // The parser meets an open quote only at the end of the file; the row in which it opened is more useful.
    const place = code === "CSV_QUOTE_NOT_CLOSED" ? `in the row from line ${end + 1}` : `line ${lines}`;
    const problem = code === "CSV_QUOTE_NOT_CLOSED"
      ? "a quoted cell is never closed"
      : 'a quote stands inside a cell; write it as "" in a quoted cell';
    throw new UserError(`${source}, ${place}: ${problem}`);
  }
}

function checkNames(source: string, line: number, names: string[]): void {
  const first = new Map<string, number>();
  names.forEach((name, index) => {
    const earlier = first.get(name);
    if (earlier !== undefined) {
      throw new UserError(
        `${source}, line ${line}: columns ${earlier + 1} and ${index + 1} are both called "${name}"`,
      );
    }
    first.set(name, index);
  });
}

/**
 * Cuts the content of a CSV file (plain or gzip) into cells: byte-order mark, any line ends, quoted cells; empty lines
 * are left out.
 *
 * @param source the file's name, for messages
 * @throws UserError with the line for a ragged row, wrong quotes or equal column names; for an empty file, one without
 *   rows, and what is no text.
 */
export function parseCsv(content: Uint8Array, source: string, options: CsvOptions = {}): RawTable {
  const whole = textBytes(content, source);
  // A first line for spreadsheets, such as "sep=;".
  const said = /^\ufeff?sep=(.)\r?\n/i.exec(
    new TextDecoder("utf-8", { ignoreBOM: true }).decode(whole.subarray(0, 16)),
  );
  const bytes = said ? whole.subarray(whole.indexOf(0x0a) + 1) : whole;
  const delimiter = options.delimiter ?? said?.[1] ??
    detectDelimiter(new TextDecoder().decode(bytes.subarray(0, HEAD_BYTES)));
  let names: string[] | undefined;
  let unnamed: number[] = [];
  const cells: string[][] = [];
  const lines: number[] = [];
  readRows(bytes, source, delimiter, (row, at) => {
    const line = at + Number(said !== null);
    const isFirst = names === undefined;
    const hasHeader = isFirst && (options.header ?? row.every((cell) => Number.isNaN(numberOf(cell))));
    if (hasHeader) unnamed = row.flatMap((cell, index) => cell === "" ? [index] : []);
    // Letters with their accents may be written as one character or as two.
    names ??= row.map((cell, index) =>
      hasHeader && cell !== "" ? cell.normalize("NFC") : `column${index + 1}`
    );
    if (isFirst) checkNames(source, line, names);
    if (hasHeader) return;
    if (row.length !== names.length) {
      const by = DELIMITER_NAMES[delimiter] ?? `"${delimiter}"`;
      throw new UserError(
        `${source}, line ${line}: expected ${names.length} cells (cut at ${by}), found ${row.length}`,
      );
    }
    row.forEach((cell, index) => (cells[index] ??= []).push(cell));
    lines.push(line);
  });
  if (names === undefined) throw new UserError(`${source}: expected a table, found an empty file`);
  if (lines.length === 0) throw new UserError(`${source}: expected rows below the header, found none`);
  return { source, names, cells, lines, unnamed };
}

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
  const writing = numberAdvice(text);
  const reason = writing === undefined ? advice : `; ${writing}`;
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
  /** Texts for a missing cell, in any case of letters; default "", NA, NaN, ?, null. */
  missing?: readonly string[];
  /** Receives remarks on what was taken for what; none are made without it. */
  notify?: (message: string) => void;
}

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
  const { source, names, cells, lines } = raw;
  const { missing = MISSING_TEXTS } = options;
  const [numeric, categorical] = [options.numeric, options.categorical]
    .map((names = []) => names.map((name) => name.normalize("NFC"))) as [string[], string[]];
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
    const column = foundColumn(at, cells[index]!, isMissing);
    if (options.notify) remark(column, cells[index]!, raw, index, options.notify);
    return column;
  });
  return { source, rows: lines.length, columns, lines: Int32Array.from(lines) };
}

/** Says of a column that nobody declared what it may be in truth. */
function remark(
  { name, kind }: TableColumn,
  cells: readonly string[],
  { source, unnamed = [] }: RawTable,
  index: number,
  notify: (message: string) => void,
): void {
  const where = `${source}, column "${name}"`;
  const code = kind === "numeric" ? cells.find((text) => /^[+-]?0\d+$/.test(text)) : undefined;
  const date = kind === "categorical" ? cells.find((text) => DATE.test(text)) : undefined;
  if (unnamed.includes(index)) {
    notify(
      `${source}: column ${
        index + 1
      } has no name; it is a feature here, "${name}": remove it if it numbers the rows`,
    );
  }
  if (code !== undefined) {
    notify(
      `${where}: "${code}" begins with a zero; the column is taken for numbers: declare it categorical if it holds codes`,
    );
  }
  if (date !== undefined) {
    notify(
      `${where}: dates such as "${date}" are taken for classes; numbers, such as days since the first, tell more`,
    );
  }
}

/**
 * Reads a CSV file (also gzip) as a typed table.
 *
 * @throws UserError naming file, line and column for everything that is wrong with it; see parseCsv and typeTable.
 */
export async function readTable(path: string, options: TableOptions = {}): Promise<Table> {
  return typeTable(parseCsv(await readBytes(path, "table"), path, options), options);
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
