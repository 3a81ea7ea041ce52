import { basename } from "node:path";
import { UserError } from "../../errors.ts";
import { eachLine } from "../genotypes/lines.ts";
import { type Progress, progress } from "../../progress/mod.ts";
import { arffHead } from "./arff.ts";
import { type CellBounds, cellBounds, findCells } from "./cell_bounds.ts";

/** A file of rows, plain or gzip: comma-separated, without a head or with one line of names, or ARFF. */
export interface RowFile {
  path: string;
  head: "none" | "names" | "arff";
}

/** Told of each row: its bytes and cells, valid until it returns, and where it stands. */
export type OnRow = (bytes: Uint8Array, cells: CellBounds, place: () => string) => void;

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
