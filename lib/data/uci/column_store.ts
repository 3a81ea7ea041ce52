import { tableFromArrays, tableFromIPC, tableToIPC } from "@uwdata/flechette";
import { createHash } from "node:crypto";
import { join } from "node:path";
import { UserError } from "../../errors.ts";
import { classOf, sortClasses } from "../cells.ts";
import type { Numbers, Table, TableColumn } from "../table.ts";
import { eachRow, meaning, numberAt, rawText, type RowFile } from "./read_rows.ts";

/** What a column store was made of; it is made again when one of these changes. */
interface StoreOrigin {
  /** What was read how, as text. */
  key: string;
  files: OriginFile[];
}

export interface OriginFile {
  path: string;
  bytes: number;
  modified: number;
}

/** The types that parts have, the widest last. */
const TYPES = {
  int8: Int8Array,
  int16: Int16Array,
  int32: Int32Array,
  float32: Float32Array,
  float64: Float64Array,
};

interface StoredColumn {
  name: string;
  type: keyof typeof TYPES;
  /** Classes as they were numbered; null for numbers. */
  labels: string[] | null;
}

export interface StoreIndex extends StoreOrigin {
  rows: number;
  columns: StoredColumn[];
  parts: Part[];
}

/** The file that names everything else; it is written last. */
const INDEX = "index.json";

const typeOf = (values: Numbers | Codes): StoredColumn["type"] =>
  values.constructor.name.replace("Array", "").toLowerCase() as StoredColumn["type"];

/** The type that holds the values of both. */
function wider(a: StoredColumn["type"], b: StoredColumn["type"]): StoredColumn["type"] {
  const order = Object.keys(TYPES);
  return order.indexOf(a) > order.indexOf(b) ? a : b;
}

/** What a store says of itself, if it was made of this; files that are no longer there are not missed. */
export async function readIndex(
  folder: string,
  key: string,
  present: readonly OriginFile[] | undefined,
): Promise<StoreIndex | undefined> {
  const text = await Deno.readTextFile(join(folder, INDEX)).catch(() => undefined);
  if (text === undefined) return undefined;
  try {
    const index: StoreIndex = JSON.parse(text);
    const same = present === undefined || JSON.stringify(present) === JSON.stringify(index.files);
    return index.key === key && same ? index : undefined;
  } catch {
    return undefined;
  }
}

/**
 * The table in a store; numbers are float32 where they were written so.
 *
 * @param source what messages call it
 * @returns undefined if a file is absent, torn or changed
 */
export async function readStore(
  folder: string,
  index: StoreIndex,
  source: string,
): Promise<Table | undefined> {
  const { rows, columns, parts } = index;
  const whole = columns.map(({ type, labels }) => labels ? new Int32Array(rows) : new TYPES[type](rows));
  let at = 0;
  for (const part of parts) {
    const found = await readPart(folder, part, columns.length);
    if (!found || at + part.rows > rows) return undefined;
    whole.forEach((values, place) => values.set(found[place]!, at));
    at += part.rows;
  }
  if (at !== rows) return undefined;
  return {
    source,
    rows,
    columns: columns.map((column, place) => tableColumn(column, whole[place]!)),
    lines: Int32Array.from({ length: rows }, (_, row) => row + 1),
  };
}

/** Classes are numbered in the order of a file until all are known; a table has them sorted. */
function tableColumn({ name, labels }: StoredColumn, values: Numbers | Codes): TableColumn {
  if (labels === null) return { name, kind: "numeric", values: values as Numbers };
  const { classes, place } = classOrder(labels);
  const codes = values as Int32Array;
  for (let row = 0; row < codes.length; row++) if (codes[row]! >= 0) codes[row] = place[codes[row]!]!;
  return { name, kind: "categorical", classes, codes };
}

/** Some rows of a table in one Arrow file, all columns below one another. */
interface Part {
  file: string;
  rows: number;
  sha256: string;
}

const digest = (bytes: Uint8Array): string => createHash("sha256").update(bytes).digest("hex");

/** Columns are named by their place. */
const nameAt = (place: number): string => String(place);

/** Writes a part. @throws UserError if the disk does not take it. */
function writePart(folder: string, number: number, columns: (Numbers | Codes)[]): Part {
  const table = tableFromArrays(Object.fromEntries(columns.map((values, place) => [nameAt(place), values])));
  const bytes = tableToIPC(table, { format: "file" })!;
  const file = `${String(number).padStart(4, "0")}.arrow`;
  try {
    Deno.writeFileSync(join(folder, file), bytes);
  } catch (error) {
    throw new UserError(`cannot write ${join(folder, file)}: ${(error as Error).message}`);
  }
  return { file, rows: columns[0]!.length, sha256: digest(bytes) };
}

/** The columns of a part; undefined if its file is not what was written. */
async function readPart(
  folder: string,
  part: Part,
  columns: number,
): Promise<(Numbers | Codes)[] | undefined> {
  const bytes = await Deno.readFile(join(folder, part.file)).catch(() => undefined);
  if (!bytes || digest(bytes) !== part.sha256) return undefined;
  const table = tableFromIPC(bytes);
  return Array.from(
    { length: columns },
    (_, place) => table.getChild(nameAt(place)).toArray() as Numbers | Codes,
  );
}

/** Class numbers as small as they are kept. */
type Codes = Int8Array | Int16Array | Int32Array;

/** What columns of a file are. */
export interface ColumnPlan {
  name: string;
  kind: "numeric" | "categorical";
}

/** Takes the cells of one column, row by row. */
interface Collector {
  /** Bytes start to end are the cell. @throws UserError for a text among numbers, with `place()`. */
  add(bytes: Uint8Array, start: number, end: number, row: number, place: () => string): void;
  /** The first `rows` rows, as small as they can be without loss. */
  take(rows: number): Numbers | Codes;
}

/** Collects numbers, NaN where missing: float32 if every one is, else float64. */
function numberCollector(name: string, room: number, missing: ReadonlySet<string>): Collector {
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

/** Collects class numbers: int8, int16 or int32, as many classes there are so far. */
function classCollector(room: number, classes: Classes): Collector {
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
function classOrder(labels: readonly string[]): { classes: string[]; place: Int32Array } {
  const classes = sortClasses(labels);
  const index = new Map(classes.map((label, place) => [label, place]));
  return { classes, place: Int32Array.from(labels, (label) => index.get(label)!) };
}

/** The most rows of a part: 60 MB of collected numbers for the 29 columns of HIGGS. */
const PART_ROWS = 1 << 18;

/**
 * Reads files of rows once and keeps their columns in a folder, part by part: no more than a part is in memory. The folder
 * appears when it is complete. One process at a time may do this for a folder.
 *
 * @param rows how many there must be
 * @throws UserError for whatever is wrong with the files, and another number of rows.
 */
export async function convert(
  files: readonly RowFile[],
  plans: readonly ColumnPlan[],
  missing: readonly string[],
  folder: string,
  origin: StoreOrigin,
  rows: number,
): Promise<void> {
  const temporary = `${folder}.part`;
  // What a run that was killed could not remove itself.
  await Deno.remove(temporary, { recursive: true }).catch(() => {});
  await Deno.mkdir(temporary, { recursive: true });
  try {
    const index: StoreIndex = {
      ...origin,
      ...await collect(files, plans, new Set(missing), temporary, Math.min(rows, PART_ROWS)),
    };
    if (index.rows !== rows) {
      throw new UserError(
        `${files.map(({ path }) => path).join(" and ")}: expected ${rows} rows, found ${index.rows}`,
      );
    }
    await Deno.writeTextFile(join(temporary, INDEX), JSON.stringify(index));
    await Deno.remove(folder, { recursive: true }).catch(() => {});
    await Deno.rename(temporary, folder);
  } finally {
    await Deno.remove(temporary, { recursive: true }).catch(() => {});
  }
}

async function collect(
  files: readonly RowFile[],
  plans: readonly ColumnPlan[],
  missing: ReadonlySet<string>,
  folder: string,
  room: number,
): Promise<Omit<StoreIndex, keyof StoreOrigin>> {
  const classes = plans.map(({ kind }) => (kind === "categorical" ? classCollection(missing) : null));
  const collectors = plans.map(({ name }, i): Collector =>
    classes[i] ? classCollector(room, classes[i]) : numberCollector(name, room, missing)
  );
  const parts: Part[] = [];
  let types: StoredColumn["type"][] = plans.map(({ kind }) => (kind === "numeric" ? "float32" : "int8"));
  let rows = 0, inPart = 0;
  const flush = () => {
    const columns = collectors.map((collector) => collector.take(inPart));
    types = columns.map((values, i) => wider(types[i]!, typeOf(values)));
    parts.push(writePart(folder, parts.length, columns));
    rows += inPart;
    inPart = 0;
  };
  await eachRow(files, plans.map(({ name }) => name), (bytes, { starts, ends }, place) => {
    for (let i = 0; i < collectors.length; i++) {
      collectors[i]!.add(bytes, starts[i]!, ends[i]!, inPart, place);
    }
    if (++inPart === room) flush();
  });
  if (inPart > 0) flush();
  const columns = plans.map(({ name }, i) => ({ name, type: types[i]!, labels: classes[i]?.labels ?? null }));
  return { rows, columns, parts };
}
