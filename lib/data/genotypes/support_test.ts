import assert from "node:assert/strict";
import { join } from "node:path";
import { UserError } from "../../errors.ts";
import type { BitMatrix } from "./genotypes.ts";

export function setBit({ stride, bytes }: BitMatrix, row: number, column: number): void {
  bytes[row * stride + (column >> 3)]! |= 1 << (column & 7);
}

/** The text of a VCF: records are lines with spaces instead of tabs, from CHROM on; FORMAT is GT unless a ":" is in it. */
export function vcfText(samples: readonly string[], records: readonly string[], meta: string[] = []): string {
  const names = ["#CHROM", "POS", "ID", "REF", "ALT", "QUAL", "FILTER", "INFO", "FORMAT", ...samples];
  return [
    "##fileformat=VCFv4.2",
    ...meta,
    names.join("\t"),
    ...records.map((line) => line.replaceAll(" ", "\t")),
  ]
    .map((line) => `${line}\n`).join("");
}

/** The fixed columns and the calls of a record, for vcfText. */
export const record = (position: number, alleles: string, calls: string, id = "."): string =>
  `20 ${position} ${id} ${alleles.replace(">", " ")} . PASS . GT ${calls}`;

/** Runs with a file of this name and content in a folder of its own, which is removed. */
export async function withFile<T>(
  name: string,
  content: string | Uint8Array,
  run: (path: string) => Promise<T>,
): Promise<T> {
  const folder = await Deno.makeTempDir();
  try {
    const path = join(folder, name);
    await Deno.writeFile(path, typeof content === "string" ? new TextEncoder().encode(content) : content);
    return await run(path);
  } finally {
    await Deno.remove(folder, { recursive: true });
  }
}

/** Asserts that reading a file with this content ends in a UserError with such a message. */
export async function refusesFile(
  name: string,
  content: string | Uint8Array,
  read: (path: string) => Promise<unknown>,
  message: RegExp,
): Promise<void> {
  await withFile(name, content, async (path) => {
    await assert.rejects(read(path), (error) => {
      assert.ok(error instanceof UserError, String((error as Error).stack));
      assert.match(error.message, message);
      return true;
    });
  });
}
