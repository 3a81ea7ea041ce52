import { join } from "node:path";
import type { Table, TableColumn } from "../table.ts";
import type { Numbers } from "../typing.ts";
import { classOrder, type Codes } from "./collect.ts";
import { type Part, readPart } from "./column_parts.ts";

/** What a column store was made of; it is made again when one of these changes. */
export interface StoreOrigin {
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

export interface StoredColumn {
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
export const INDEX = "index.json";

export const typeOf = (values: Numbers | Codes): StoredColumn["type"] =>
  values.constructor.name.replace("Array", "").toLowerCase() as StoredColumn["type"];

/** The type that holds the values of both. */
export function wider(a: StoredColumn["type"], b: StoredColumn["type"]): StoredColumn["type"] {
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
