import assert from "node:assert/strict";
import { join } from "node:path";
import { gzipSync } from "node:zlib";
import { UserError } from "../../errors.ts";
import type { Table } from "../table.ts";
import { EMBEDDED_FOLDER } from "./embedded.ts";
import { isEmbedded, type LargeFacts, uciFacts } from "./facts.ts";
import { readLarge } from "./large.ts";
import type { SourceFolders } from "./sources.ts";

/** A large set of so many rows whose files are taken as they are found. */
export function factsOf(name: string, n: number): LargeFacts {
  const facts = uciFacts(name);
  if (isEmbedded(facts)) throw new Error(`expected a large set, found ${name}`);
  const choices = facts.choices.map((choice) =>
    choice.map((source) => "file" in source ? { ...source, sha256: null } : source)
  );
  return { ...facts, n, choices };
}

/** Runs with an empty folder for files, named `FILE.gz` to be packed, that is removed. */
export async function withFiles<T>(
  files: Record<string, string>,
  run: (folders: SourceFolders) => Promise<T>,
): Promise<T> {
  const cache = await Deno.makeTempDir();
  try {
    for (const [name, text] of Object.entries(files)) {
      const bytes = new TextEncoder().encode(text);
      await Deno.writeFile(join(cache, name), name.endsWith(".gz") ? gzipSync(bytes) : bytes);
    }
    return await run({ folder: EMBEDDED_FOLDER, cache });
  } finally {
    await Deno.remove(cache, { recursive: true });
  }
}

/** The table of a large set in files of so many rows. */
export const tableOf = (name: string, n: number, files: Record<string, string>): Promise<Table> =>
  withFiles(files, (folders) => readLarge(factsOf(name, n), folders));

/** What a column holds, missing cells as null. */
export function cellsOf(table: Table, name: string): (number | string | null)[] {
  const column = table.columns.find((column) => column.name === name)!;
  return column.kind === "numeric"
    ? Array.from(column.values, (value) => Number.isNaN(value) ? null : value)
    : Array.from(column.codes, (code) => column.classes[code] ?? null);
}

/** Asserts that something ends in a UserError with such a message. */
export const refuses = (work: Promise<unknown>, ...parts: RegExp[]): Promise<void> =>
  assert.rejects(work, (error) => {
    assert.ok(error instanceof UserError, String((error as Error).stack));
    for (const part of parts) assert.match(error.message, part);
    return true;
  });
