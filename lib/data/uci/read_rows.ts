import { Buffer } from "node:buffer";
import { basename } from "node:path";
import { UserError } from "../../errors.ts";
import { type Progress, progress } from "../../progress/mod.ts";
import { numberOf } from "../cells.ts";
import { eachLine } from "../genotypes/lines.ts";

/** A file of rows, plain or gzip: comma-separated, without a head or with one line of names, or ARFF. */
export interface RowFile {
  path: string;
  head: "none" | "names" | "arff";
}

/** Told of each row: its bytes and cells, valid until it returns, and where it stands. */
type OnRow = (bytes: Uint8Array, cells: CellBounds, place: () => string) => void;

const [PERCENT, BRACE] = [0x25, 0x7b];
const MB = 1e6;

/**
 * Gives the rows of files, one file after the other, to `onRow`; lines may end with CR and LF, empty lines are left out.
 *
 * @param names of the columns, in the order of the file
 * @throws UserError with file and line for a row of another length, a quote that is not closed, other columns (ARFF) and
 *   whatever eachLine throws.
 */
export async function eachRow(
  files: readonly RowFile[],
  names: readonly string[],
  onRow: OnRow,
): Promise<void> {
  const cells = cellBounds(names.length);
  for (const { path, head } of files) {
    const bar = await barFor(path);
    const attributes = arffHead();
    let inHead = head !== "none";
    let at = 0;
    const place = () => `${path}, line ${at}`;
    await eachLine(path, "data", (bytes, start, end, line) => {
      at = line;
      if (inHead && head === "names") inHead = false;
      else if (inHead) {
        inHead = !attributes.take(bytes, start, end, place);
        if (!inHead) checkAttributes(path, attributes.names, names);
      } else if (!isEmpty(bytes, start, end) && !(head === "arff" && bytes[start] === PERCENT)) {
        if (head === "arff" && bytes[start] === BRACE) {
          throw new UserError(`${place()}: expected one cell per attribute, found a sparse row`);
        }
        const found = findCells(cells, bytes, start, end, head === "arff");
        if (found !== names.length) {
          const problem = found < 0
            ? "a quoted cell is never closed"
            : `expected ${names.length} cells, found ${found}${found > names.length ? " or more" : ""}`;
          throw new UserError(`${place()}: ${problem}`);
        }
        onRow(bytes, cells, place);
      }
      return true;
    }, (done) => bar?.update(Math.round(done / MB)));
    await bar?.done();
    if (inHead) {
      throw new UserError(
        `${path}: expected ${head === "arff" ? "@data" : "rows"}, found the end of the file`,
      );
    }
  }
}

/** Progress for a file that takes more than a few seconds. */
async function barFor(path: string): Promise<Progress | undefined> {
  const size = (await Deno.stat(path).catch(() => undefined))?.size ?? 0;
  return size < 20 * MB
    ? undefined
    : progress(Math.round(size / MB), { label: `reading ${basename(path)}, MB` });
}

function isEmpty(bytes: Uint8Array, start: number, end: number): boolean {
  for (let at = start; at < end; at++) if (bytes[at]! > 0x20) return false;
  return true;
}

/** OpenML calls the columns of a file without names V1, V2, ... */
function checkAttributes(path: string, found: readonly string[], expected: readonly string[]): void {
  if (found.length !== expected.length) {
    throw new UserError(`${path}: expected ${expected.length} attributes, found ${found.length}`);
  }
  const wrong = found.findIndex((name, i) => name !== expected[i] && name !== `V${i + 1}`);
  if (wrong < 0) return;
  throw new UserError(
    `${path}: expected attribute ${wrong + 1} to be "${expected[wrong]}", found "${found[wrong]}"`,
  );
}

const ATTRIBUTE = /^@attribute\s+('(?:\\.|[^'\\])*'|"(?:\\.|[^"\\])*"|\S+)\s+(\S.*)$/i;

/** Reads the head of an ARFF file line by line. */
interface ArffHead {
  /** The names of the attributes so far. */
  names: string[];
  /** Takes a line; true once the data begin with the next one. @throws UserError, with `place()`, for any other line. */
  take(bytes: Uint8Array, start: number, end: number, place: () => string): boolean;
}

function arffHead(): ArffHead {
  const names: string[] = [];
  return {
    names,
    take(bytes, start, end, place) {
      const line = rawText(bytes, start, end).trim();
      if (line === "" || line.startsWith("%") || /^@relation\b/i.test(line)) return false;
      if (/^@data$/i.test(line)) return true;
      const name = ATTRIBUTE.exec(line)?.[1];
      if (name === undefined) {
        throw new UserError(
          `${place()}: expected @relation, @attribute or @data, found "${line.slice(0, 60)}"`,
        );
      }
      names.push(unquoted(name));
      return false;
    },
  };
}

const [COMMA, BACKSLASH, BLANK, TAB, QUOTE, DOUBLE_QUOTE] = [0x2c, 0x5c, 0x20, 0x09, 0x27, 0x22];

/** Where the cells of a line are: cell i from starts[i] to ends[i], blanks around it left out, quotes not. */
interface CellBounds {
  starts: Int32Array;
  ends: Int32Array;
}

/** Room for the cells of a line, and one more to find that there are too many. */
const cellBounds = (most: number): CellBounds => ({
  starts: new Int32Array(most + 1),
  ends: new Int32Array(most + 1),
});

/**
 * Finds the cells of a line, parted by commas.
 *
 * @param quotes whether a cell that begins with a quote goes on to the next one, a backslash before it not counting
 * @returns how many there are, at most as many as there is room for; -1 for a quote that is not closed
 */
function findCells(
  { starts, ends }: CellBounds,
  bytes: Uint8Array,
  start: number,
  end: number,
  quotes: boolean,
): number {
  let count = 0, at = start;
  for (; count < starts.length; count++) {
    while (at < end && (bytes[at] === BLANK || bytes[at] === TAB)) at++;
    starts[count] = at;
    const first = bytes[at];
    if (quotes && at < end && (first === QUOTE || first === DOUBLE_QUOTE)) {
      for (at++; at < end && bytes[at] !== first; at++) if (bytes[at] === BACKSLASH) at++;
      if (at >= end) return -1;
    }
    while (at < end && bytes[at] !== COMMA) at++;
    let last = at;
    while (last > starts[count]! && (bytes[last - 1] === BLANK || bytes[last - 1] === TAB)) last--;
    ends[count] = last;
    if (at >= end) return count + 1;
    at++;
  }
  return count;
}

// @types/node does not name this method; it reads a text far faster than TextDecoder does for a few bytes.
const latin1Slice: (start: number, end: number) => string = (Buffer.prototype as never as {
  latin1Slice: (start: number, end: number) => string;
}).latin1Slice;

/** One character for every byte: equal texts for equal bytes. */
export const rawText = (bytes: Uint8Array, start: number, end: number): string =>
  latin1Slice.call(bytes, start, end);

const QUOTES = new Set(["'", '"']);

/** What a cell says: without its quotes, the escapes within them and blanks at its ends. */
export function unquoted(raw: string): string {
  const text = Buffer.from(raw, "latin1").toString("utf8");
  const quoted = QUOTES.has(text[0]!) && text.length > 1 && text.endsWith(text[0]!);
  return quoted ? text.slice(1, -1).replaceAll(/\\(.)/g, "$1").trim() : text;
}

/** The number that bytes say, in quotes or not; NaN if they say none. */
export function numberAt(bytes: Uint8Array, start: number, end: number): number {
  // A parser of its own for the bytes is no faster than this for the 19 digits that HIGGS has.
  const raw = rawText(bytes, start, end);
  const value = numberOf(raw);
  return Number.isNaN(value) ? numberOf(unquoted(raw)) : value;
}
