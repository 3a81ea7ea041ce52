import { createHash } from "node:crypto";
import { join } from "node:path";
import { tableFromArrays, tableFromIPC, tableToIPC } from "@uwdata/flechette";
import { UserError } from "../../errors.ts";
import type { Numbers } from "../typing.ts";
import type { Codes } from "./collect.ts";

/** Some rows of a table in one Arrow file, all columns below one another. */
export interface Part {
  file: string;
  rows: number;
  sha256: string;
}

const digest = (bytes: Uint8Array): string => createHash("sha256").update(bytes).digest("hex");

/** Columns are named by their place. */
const nameAt = (place: number): string => String(place);

/** Writes a part. @throws UserError if the disk does not take it. */
export function writePart(folder: string, number: number, columns: (Numbers | Codes)[]): Part {
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
export async function readPart(
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
