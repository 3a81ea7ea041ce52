import { UserError } from "../../errors.ts";
import { classOf, sortClasses } from "../cells.ts";
import type { Numbers, TableColumn } from "../table.ts";
import { eachRow, meaning, numberAt, rawText, type RowFile } from "./read_rows.ts";

/** What columns of a file are. */
export interface ColumnPlan {
  name: string;
  kind: "numeric" | "categorical";
}

/** Takes the cells of one column, row by row. */
interface Collector {
  /** Bytes start to end are the cell. @throws UserError for a text among numbers, with `place()`. */
  add(bytes: Uint8Array, start: number, end: number, row: number, place: () => string): void;
  column(): TableColumn;
}

/**
 * Collects the columns of files, one below the other.
 *
 * @param missing texts for a missing cell
 * @param rows how many there must be
 * @throws UserError for whatever is wrong with the files, and another number of rows.
 */
export async function collectColumns(
  files: readonly RowFile[],
  plans: readonly ColumnPlan[],
  missing: ReadonlySet<string>,
  rows: number,
): Promise<TableColumn[]> {
  const collectors = plans.map(({ name, kind }) =>
    kind === "numeric" ? numberCollector(name, rows, missing) : classCollector(name, rows, missing)
  );
  let row = 0;
  await eachRow(files, plans.map(({ name }) => name), (bytes, { starts, ends }, place) => {
    if (row < rows) {
      for (let i = 0; i < collectors.length; i++) {
        collectors[i]!.add(bytes, starts[i]!, ends[i]!, row, place);
      }
    }
    row++;
  });
  if (row !== rows) {
    const names = files.map(({ path }) => path).join(" and ");
    throw new UserError(`${names}: expected ${rows} rows, found ${row}`);
  }
  return collectors.map((collector) => collector.column());
}

/** Collects numbers, NaN where missing: float32 if every one is, else float64. */
function numberCollector(name: string, rows: number, missing: ReadonlySet<string>): Collector {
  let values: Numbers = new Float32Array(rows);
  return {
    add(bytes, start, end, row, place) {
      let value = numberAt(bytes, start, end);
      if (!Number.isFinite(value)) {
        const text = meaning(rawText(bytes, start, end));
        if (!missing.has(text)) {
          throw new UserError(`${place()}, column "${name}": expected a number, found "${text}"`);
        }
        value = NaN;
      } else if (Math.fround(value) !== value && values instanceof Float32Array) {
        values = Float64Array.from(values);
      }
      values[row] = value;
    },
    column: () => ({ name, kind: "numeric", values }),
  };
}

/** Classes of a column, numbered as they were met first. */
interface Classes {
  /** The number of a cell's class, -1 for a missing one. */
  codeOf(bytes: Uint8Array, start: number, end: number): number;
  labels: string[];
}

/** A whole number with decimals all the same, as the label of HIGGS: more digits than a class is taken for a number with. */
const WHOLE = /^(\d+)\.0+(?:e[+-]?0+)?$/i;

/** Tells classes apart; a number is one class in whatever way it is written. */
export function classCollection(missing: ReadonlySet<string>): Classes {
  const labels: string[] = [];
  const known = new Map<string, number>();
  const ofLabel = new Map<string, number>();
  // Most cells of the large sets are one digit.
  const ofByte = new Int32Array(256).fill(-2);
  const learn = (raw: string): number => {
    const text = meaning(raw);
    const label = classOf(text.replace(WHOLE, "$1"));
    const code = missing.has(text) ? -1 : ofLabel.get(label) ?? labels.push(label) - 1;
    if (code >= 0) ofLabel.set(label, code);
    known.set(raw, code);
    return code;
  };
  return {
    labels,
    codeOf(bytes, start, end) {
      if (end - start === 1 && ofByte[bytes[start]!]! > -2) return ofByte[bytes[start]!]!;
      const raw = rawText(bytes, start, end);
      const code = known.get(raw) ?? learn(raw);
      if (end - start === 1) ofByte[bytes[start]!] = code;
      return code;
    },
  };
}

/** Collects class numbers: in the order of the files until all classes are known, in that of the classes at the end. */
function classCollector(name: string, rows: number, missing: ReadonlySet<string>): Collector {
  const codes = new Int32Array(rows);
  const { codeOf, labels } = classCollection(missing);
  return {
    add(bytes, start, end, row) {
      codes[row] = codeOf(bytes, start, end);
    },
    column() {
      const classes = sortClasses(labels);
      const index = new Map(classes.map((label, place) => [label, place]));
      const place = Int32Array.from(labels, (label) => index.get(label)!);
      return { name, kind: "categorical", classes, codes: codes.map((code) => code < 0 ? -1 : place[code]!) };
    },
  };
}
