import { CsvError, parse } from "csv-parse/sync";
import { Buffer, isUtf8 } from "node:buffer";
import { gunzipSync } from "node:zlib";
import { UserError } from "../errors.ts";
import { numberOf } from "./cells.ts";

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

export interface CsvOptions {
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
  const bytes = textBytes(content, source);
  const delimiter = options.delimiter ??
    detectDelimiter(new TextDecoder().decode(bytes.subarray(0, HEAD_BYTES)));
  let names: string[] | undefined;
  const cells: string[][] = [];
  const lines: number[] = [];
  readRows(bytes, source, delimiter, (row, line) => {
    const isFirst = names === undefined;
    const hasHeader = isFirst && (options.header ?? row.every((cell) => Number.isNaN(numberOf(cell))));
    names ??= row.map((cell, index) => (hasHeader && cell !== "" ? cell : `column${index + 1}`));
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
  return { source, names, cells, lines };
}
