import { basename } from "node:path";
import { UserError } from "../../errors.ts";
import { type Progress, progress } from "../../progress/mod.ts";
import { eachLine } from "../genotypes/lines.ts";

/** A file of rows, plain or gzip: comma-separated, without a head or with one line of names, or ARFF. */
export interface RowFile {
  path: string;
  head: "none" | "names" | "arff";
}

/** Told of each row: its cells without blanks around them, but with their quotes, and where it stands. */
type OnRow = (cells: string[], place: () => string) => void;

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
  const decoder = new TextDecoder();
  for (const { path, head } of files) {
    const bar = await barFor(path);
    const attributes = arffHead();
    let inHead = head !== "none";
    let at = 0;
    const place = () => `${path}, line ${at}`;
    await eachLine(path, "data", (bytes, start, end, number) => {
      at = number;
      const line = decoder.decode(bytes.subarray(start, end)).trim();
      if (inHead && head === "names") inHead = false;
      else if (inHead) {
        inHead = !attributes.take(line, place);
        if (!inHead) checkAttributes(path, attributes.names, names);
      } else if (line !== "" && !(head === "arff" && line.startsWith("%"))) {
        if (head === "arff" && line.startsWith("{")) {
          throw new UserError(`${place()}: expected one cell per attribute, found a sparse row`);
        }
        const cells = head === "arff" ? quotedCells(line) : line.split(",").map((cell) => cell.trim());
        if (!cells) throw new UserError(`${place()}: a quoted cell is never closed`);
        if (cells.length !== names.length) {
          throw new UserError(`${place()}: expected ${names.length} cells, found ${cells.length}`);
        }
        onRow(cells, place);
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
function arffHead() {
  const names: string[] = [];
  return {
    /** The names of the attributes so far. */
    names,
    /** Takes a line; true once the data begin with the next one. @throws UserError, with `place()`, for any other line. */
    take(line: string, place: () => string): boolean {
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

/** A cell that is quoted, a backslash before a quote not counting, or does not begin with a quote. */
const CELL = /\s*((?:'(?:\\.|[^'\\])*'|"(?:\\.|[^"\\])*"|(?!['"]))[^,]*?)\s*(,|$)/y;

/** The cells of a line of ARFF; undefined if a quote is not closed. */
function quotedCells(line: string): string[] | undefined {
  const cells: string[] = [];
  CELL.lastIndex = 0;
  for (let separator: string | undefined = ","; separator === ",";) {
    const found = CELL.exec(line);
    if (!found) return undefined;
    cells.push(found[1]!);
    separator = found[2];
  }
  return cells;
}

/** What a cell says: without its quotes, the escapes within them and blanks at its ends. */
export function unquoted(cell: string): string {
  const isQuoted = /^(['"])[^]*\1$/.test(cell);
  return isQuoted ? cell.slice(1, -1).replaceAll(/\\(.)/g, "$1").trim() : cell;
}
