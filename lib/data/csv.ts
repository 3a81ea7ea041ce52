import { CsvError, parse } from "csv-parse/sync";
import { Buffer, isUtf8 } from "node:buffer";
import { gunzipSync } from "node:zlib";
import { UserError } from "../errors.ts";
import { daysOf, numberOf, oneForm } from "./writing.ts";

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

/** How files begin that are no tables of text. */
const BEGINNINGS: [RegExp, string][] = [
  // deno-lint-ignore no-control-regex
  [/^PK\x03\x04/, "an Excel or zip file"],
  // deno-lint-ignore no-control-regex
  [/^\xd0\xcf\x11\xe0/, "an old Excel file"],
  [/^ARROW1|^FEA1/, "an Arrow (Feather) file"],
  [/^\x28\xb5\x2f\xfd/, "a Zstandard file"],
  [/^BZh\d/, "a bzip2 file"],
  [/^\xfd7zXZ/, "an xz file"],
  [/^\x89HDF/, "an HDF5 file"],
  [/^SQLite format 3/, "an SQLite database"],
  [/^version https:\/\/git-lfs/, "a pointer of Git LFS, whose file was not fetched"],
  [/^\s*<(!doctype|html|\?xml)/i, "a page of HTML or XML"],
  [/^\s*[[{]\s*["{[]/, "JSON"],
  [/^\s*@relation\b/i, "an ARFF file"],
];

const UTF16 = { "\xff\xfe": "utf-16le", "\xfe\xff": "utf-16be" } as const;

/**
 * The text of a table as UTF-8 bytes, unpacked if it is gzip (found by content, not by name), or of UTF-16 with its mark.
 *
 * @throws UserError for damaged gzip data, files of other formats, binary content and bytes that are not UTF-8.
 */
function textBytes(bytes: Uint8Array, source: string): Uint8Array {
  if (bytes[0] === 0x1f && bytes[1] === 0x8b) {
    try {
      bytes = gunzipSync(bytes);
    } catch (error) {
      throw new UserError(`${source}: truncated or damaged gzip file: ${(error as Error).message}`);
    }
  }
  const start = String.fromCharCode(...bytes.subarray(0, 64));
  const found = BEGINNINGS.find(([pattern]) => pattern.test(start))?.[1];
  if (found) throw new UserError(`${source}: expected a CSV or Parquet file, found ${found}`);
  const encoding = UTF16[start.slice(0, 2) as keyof typeof UTF16];
  if (encoding) return new TextEncoder().encode(new TextDecoder(encoding).decode(bytes));
  const zero = bytes.indexOf(0);
  if (zero >= 0) {
    const what = zero < 2 ? "UTF-16 without its mark; save it as UTF-8" : "a binary file (a NUL byte)";
    throw new UserError(`${source}, line ${lineAt(bytes, zero)}: expected a text table, found ${what}`);
  }
  if (!isUtf8(bytes)) {
    throw new UserError(
      `${source}, line ${firstBadLine(bytes)}: expected UTF-8 text, found other bytes; save it as UTF-8`,
    );
  }
  return bytes;
}

const CANDIDATES = [",", ";", "\t", "|"] as const;
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
 * Finds the delimiter (comma, semicolon, tab or upright stroke) from the beginning of a file: the one that cuts most of the first lines
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

export interface CsvOptions {
  /** Default: comma, semicolon, tab or |, whichever cuts the first lines evenly. */
  delimiter?: string;
  /** Default: the first row holds names if no cell of it is a number, or a word stands above one. */
  header?: boolean;
}

/** A table as it stands in its file: every cell a text, blanks around it removed, also inside quotes. */
export interface RawTable {
  /** The file's name, for messages. */
  source: string;
  /** Without a header column1, column2, ...; so too for an empty name. */
  names: string[];
  /** cells[column][row]. */
  cells: string[][];
  /** The line on which each row begins, counted from 1; of a file without lines, the row. */
  lines: number[];
  unit?: "row";
  unnamed?: number[];
  /** Set if the first row was taken for data though nobody said so. */
  headless?: boolean;
  /** The kinds of the columns where the file says them. */
  kinds?: ("numeric" | "categorical")[];
}

const HEAD_BYTES = 1 << 16;
const DELIMITER_NAMES: Record<string, string> = { ",": "commas", ";": "semicolons", "\t": "tabs", "|": "|" };

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
    const problem = code === "CSV_QUOTE_NOT_CLOSED"
      ? `in the row from line ${end + 1}: a quoted cell is never closed`
      : `line ${lines}: a quote stands inside a cell; write it as "" in a quoted cell`;
    throw new UserError(`${source}, ${problem}`);
  }
}

/** @throws UserError if two columns have the same name. */
export function checkNames(where: string, names: string[]): void {
  const first = new Map<string, number>();
  names.forEach((name, index) => {
    const earlier = first.get(name);
    if (earlier !== undefined) {
      throw new UserError(`${where}: columns ${earlier + 1} and ${index + 1} are both called "${name}"`);
    }
    first.set(name, index);
  });
}

/** Whether a first row holds names: none of its cells is a number, or a word of it stands above one. */
function holdsNames(first: string[], second: string[] = []): boolean {
  const isNumber = (text = "") => !Number.isNaN(numberOf(text)) || !Number.isNaN(daysOf(text));
  if (!first.some(isNumber)) return true;
  return first.some((text, column) =>
    /^\p{L}{2}|^[xy]$/iu.test(text) && !/^(na|nan|null|none|inf.*)$/i.test(text) && isNumber(second[column])
  );
}

/** What may be wrong with a row that is longer or shorter than the first one. */
function raggedAdvice(first: { row: string[]; line: number }, row: string[], isSecond: boolean): string {
  if (/^[#%]/.test(row[0]!) && row.length < first.row.length) return "; is it a comment? Remove it";
  if (!isSecond) return "";
  if (/^[#%]/.test(first.row[0]!) || first.row.length === 1) {
    return `; is line ${first.line} a comment or a title? The first line must hold the names`;
  }
  return row.length === first.row.length + 1
    ? "; does each row end with a delimiter, or begin with a name that the header has no cell for?"
    : "";
}

/**
 * Cuts the content of a CSV file (plain or gzip) into cells: byte-order mark, any line ends, quoted cells; empty lines
 * are left out, and so are columns without a name whose cells are all empty.
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
  let first: { row: string[]; line: number } | undefined;
  const cells: string[][] = [];
  const lines: number[] = [];
  const add = (row: string[], line: number) => {
    row.forEach((cell, index) => (cells[index] ??= []).push(cell.trim()));
    lines.push(line);
  };
  let hasHeader: boolean | undefined;
  const decide = (second?: string[]) => {
    hasHeader ??= options.header ?? holdsNames(first!.row, second);
    if (!hasHeader) add(first!.row, first!.line);
  };
  readRows(bytes, source, delimiter, (row, at) => {
    const line = at + Number(said !== null);
    if (!first) {
      first = { row, line };
      return;
    }
    if (row.length !== first.row.length) {
      const by = DELIMITER_NAMES[delimiter] ?? `"${delimiter}"`;
      throw new UserError(
        `${source}, line ${line}: expected ${first.row.length} cells (cut at ${by}), found ${row.length}` +
          raggedAdvice(first, row, hasHeader === undefined),
      );
    }
    if (hasHeader === undefined) decide(row);
    add(row, line);
  });
  if (first === undefined) throw new UserError(`${source}: expected a table, found an empty file`);
  if (hasHeader === undefined) decide();
  const { row, line } = first;
  const names = row.map((cell, index) => (hasHeader && oneForm(cell.trim())) || `column${index + 1}`);
  if (lines.length === 0) throw new UserError(`${source}: expected rows below the header, found none`);
  const unnamed = hasHeader ? names.flatMap((_, index) => row[index]!.trim() === "" ? [index] : []) : [];
  checkNames(`${source}, line ${line}`, names);
  const headless = !hasHeader && options.header === undefined;
  return withoutEmpty({ source, names, cells, lines, unnamed, headless });
}

/** The table without its columns that have neither a name nor a cell that is not empty. */
function withoutEmpty(table: RawTable): RawTable {
  const { names, cells, unnamed = [] } = table;
  const kept = names.flatMap((_, index) =>
    unnamed.includes(index) && cells[index]!.every((cell) => cell === "") ? [] : [index]
  );
  if (kept.length === names.length || kept.length === 0) return table;
  return {
    ...table,
    names: kept.map((index) => names[index]!),
    cells: kept.map((index) => cells[index]!),
    unnamed: unnamed.flatMap((index) => kept.includes(index) ? [kept.indexOf(index)] : []),
  };
}
