import assert from "node:assert/strict";
import { join } from "node:path";
import { gzipSync } from "node:zlib";
import { UserError } from "../../errors.ts";
import { EMBEDDED_FOLDER } from "../uci.ts";
import type { SourceFolders } from "./large.ts";

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

/** Asserts that something ends in a UserError with such a message. */
export const refuses = (work: Promise<unknown>, ...parts: RegExp[]): Promise<void> =>
  assert.rejects(work, (error) => {
    assert.ok(error instanceof UserError, String((error as Error).stack));
    for (const part of parts) assert.match(error.message, part);
    return true;
  });
