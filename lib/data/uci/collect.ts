import { UserError } from "../../errors.ts";
import { classOf, sortClasses } from "../cells.ts";
import type { Numbers } from "../typing.ts";
import { meaning, numberAt, rawText } from "./texts.ts";

/** Class numbers as small as they are kept. */
export type Codes = Int8Array | Int16Array | Int32Array;

/** What columns of a file are. */
export interface ColumnPlan {
  name: string;
  kind: "numeric" | "categorical";
}

/** Takes the cells of one column, row by row. */
export interface Collector {
  /** Bytes start to end are the cell. @throws UserError for a text among numbers, with `place()`. */
  add(bytes: Uint8Array, start: number, end: number, row: number, place: () => string): void;
  /** The first `rows` rows, as small as they can be without loss. */
  take(rows: number): Numbers | Codes;
}

/** Collects numbers, NaN where missing: float32 if every one is, else float64. */
export function numberCollector(name: string, room: number, missing: ReadonlySet<string>): Collector {
  const values = new Float64Array(room);
  return {
    add(bytes, start, end, row, place) {
      const value = numberAt(bytes, start, end);
      values[row] = value;
      if (Number.isFinite(value)) return;
      const text = meaning(rawText(bytes, start, end));
      if (!missing.has(text)) {
        throw new UserError(`${place()}, column "${name}": expected a number, found "${text}"`);
      }
      values[row] = NaN;
    },
    take(rows) {
      const found = values.subarray(0, rows);
      const small = new Float32Array(found);
      for (let row = 0; row < rows; row++) {
        if (small[row] !== found[row] && !Number.isNaN(found[row])) return found.slice();
      }
      return small;
    },
  };
}

/** Classes of a column, numbered as they were met first. */
export interface Classes {
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

/** Collects class numbers: int8, int16 or int32, as many classes there are so far. */
export function classCollector(room: number, classes: Classes): Collector {
  const codes = new Int32Array(room);
  return {
    add(bytes, start, end, row) {
      codes[row] = classes.codeOf(bytes, start, end);
    },
    take(rows) {
      const count = classes.labels.length;
      const found = codes.subarray(0, rows);
      return count <= 1 << 7
        ? new Int8Array(found)
        : count <= 1 << 15
        ? new Int16Array(found)
        : new Int32Array(found);
    },
  };
}

/** The order of the classes, and the place in it of each one as it was numbered. */
export function classOrder(labels: readonly string[]): { classes: string[]; place: Int32Array } {
  const classes = sortClasses(labels);
  const index = new Map(classes.map((label, place) => [label, place]));
  return { classes, place: Int32Array.from(labels, (label) => index.get(label)!) };
}
