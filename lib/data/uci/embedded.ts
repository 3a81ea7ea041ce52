import { fileURLToPath } from "node:url";
import { brotliDecompressSync } from "node:zlib";
import { UserError } from "../../errors.ts";
import { parseCsv, type RawTable } from "../csv.ts";
import type { Fold } from "../folds.ts";
import { readBytes, sha256 } from "../read.ts";
import { type Table, typeTable } from "../table.ts";
import type { EmbeddedFacts } from "./facts.ts";

/** Which list of categorical columns counts: the official code's, or with yacht's Froude number as a number. */
export type ColumnTypes = "reference" | "natural";

/** The folder of the sets that are part of this workspace. */
export const EMBEDDED_FOLDER = fileURLToPath(new URL("../../../data/uci", import.meta.url));

/** The cells of a file (plain, gzip, or brotli by its ending), once its checksum is found to be right. */
async function readChecked(path: string, expected: string): Promise<RawTable> {
  const bytes = await readBytes(path, "data");
  const found = await sha256(bytes);
  if (found !== expected) throw new UserError(`${path}: expected SHA-256 ${expected}, found ${found}`);
  return parseCsv(path.endsWith(".br") ? brotliDecompressSync(bytes) : bytes, path, { header: true });
}

/** The table of a set of data/uci. @throws UserError for a file that is absent or changed. */
export async function readEmbedded(facts: EmbeddedFacts, types: ColumnTypes, folder: string): Promise<Table> {
  const categorical = facts.categorical[types];
  const raw = await readChecked(`${folder}/${facts.file}`, facts.sha256);
  const numeric = raw.names.filter((column) => !categorical.includes(column));
  return typeTable(raw, { categorical, numeric });
}

/** The ten folds of a set of data/uci. @throws UserError for a file that is absent or changed. */
export async function storedFolds(facts: EmbeddedFacts, folder: string): Promise<Fold[]> {
  const raw = await readChecked(`${folder}/${facts.splits}`, facts.splitsSha256);
  return raw.cells.map((marks) => {
    const rowsOf = (mark: string) =>
      Int32Array.from(marks.flatMap((found, row) => (found === mark ? [row] : [])));
    return { train: rowsOf("0"), val: rowsOf("1"), test: rowsOf("2") };
  });
}
