import { parquetMetadata, parquetRead, parquetSchema } from "hyparquet";
import { compressors } from "hyparquet-compressors";
import { UserError } from "../errors.ts";
import { checkNames, type RawTable } from "./csv.ts";
import { oneForm } from "./writing.ts";

export const isParquet = (bytes: Uint8Array): boolean =>
  new TextDecoder().decode(bytes.subarray(0, 4)) === "PAR1";

/** How pandas calls an index without a name; it is no column. */
const PANDAS_INDEX = /^__index_level_\d+__$/;

/** The error for a column of what no cell of a table can be. */
const unreadable = (source: string, name: string, found: string): UserError =>
  new UserError(
    `${source}, column "${name}": expected numbers, texts, dates or booleans, found ${found}; leave it out`,
  );

/** A value as a CSV file would have it; undefined for binary data. */
function textOf(value: unknown): string | undefined {
  if (value === null || value === undefined) return "";
  if (typeof value === "string") return value.trim();
  if (value instanceof Date) return value.toISOString();
  return typeof value === "object" ? undefined : String(value);
}

/**
 * The cells of a Parquet file, as texts. Columns of texts and booleans are categorical; numbers and dates are as in a CSV
 * file. The index that pandas adds is left out.
 *
 * @param source the file's name, for messages
 * @throws UserError for a damaged file, one without rows, columns of lists, structures or binary data, and equal names.
 */
export async function parseParquet(bytes: Uint8Array<ArrayBuffer>, source: string): Promise<RawTable> {
  const file = bytes.buffer.slice(bytes.byteOffset, bytes.byteOffset + bytes.byteLength);
  try {
    const metadata = parquetMetadata(file);
    const rows = Number(metadata.num_rows);
    if (rows === 0) throw new UserError(`${source}: expected rows, found none`);
    const columns = parquetSchema(metadata).children
      .map(({ element, children }) => ({ name: element.name, nested: children.length > 0 }))
      .filter(({ name }) => !PANDAS_INDEX.test(name));
    const nested = columns.find((column) => column.nested);
    if (nested) throw unreadable(source, nested.name, "nested values");
    const names = columns.map(({ name }, index) => oneForm(name.trim()) || `column${index + 1}`);
    checkNames(source, names);
    const cells = names.map(() => new Array<string>(rows).fill(""));
    const classes = new Set<number>();
    const chunks: Parameters<NonNullable<Parameters<typeof parquetRead>[0]["onChunk"]>>[0][] = [];
    await parquetRead({
      ...{ file, metadata, compressors },
      columns: columns.map(({ name }) => name),
      onChunk: (chunk) => void chunks.push(chunk),
    });
    for (const { columnName, columnData, rowStart } of chunks) {
      const index = columns.findIndex(({ name }) => name === columnName);
      for (let i = 0; i < columnData.length; i++) {
        const value = columnData[i];
        const text = textOf(value);
        if (text === undefined) throw unreadable(source, columnName, "binary data");
        if (typeof value === "string" || typeof value === "boolean") classes.add(index);
        cells[index]![rowStart + i] = text;
      }
    }
    return {
      source,
      names,
      cells,
      lines: Array.from({ length: rows }, (_, row) => row + 1),
      unit: "row",
      kinds: names.map((_, index) => classes.has(index) ? "categorical" : "numeric"),
    };
  } catch (error) {
    if (error instanceof UserError) throw error;
    const reason = (error as Error).message;
    throw new UserError(`${source}: damaged Parquet file, or one of an unknown kind: ${reason}`);
  }
}
