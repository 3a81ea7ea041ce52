import { gunzipSync } from "node:zlib";
import { readBytes } from "../data/read.ts";
import { UserError } from "../errors.ts";

/** Where a fixture lies: `path` itself or, without such a file, `path.gz`. */
export async function storedPath(path: string): Promise<string> {
  for (const found of [path, `${path}.gz`]) {
    if (await Deno.stat(found).then(() => true, () => false)) return found;
  }
  return path;
}

/**
 * The bytes of a file that `storedPath` found, inflated if its name ends in `.gz`.
 *
 * @param what how messages call it
 * @throws UserError if it cannot be read, or its gzip data are damaged.
 */
export async function readStored(path: string, what: string): Promise<Uint8Array<ArrayBuffer>> {
  const bytes = await readBytes(path, what);
  if (!path.endsWith(".gz")) return bytes;
  try {
    return new Uint8Array(gunzipSync(bytes));
  } catch (error) {
    throw new UserError(`${path}: expected a ${what} file in gzip (${(error as Error).message})`);
  }
}
