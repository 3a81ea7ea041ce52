import { createHash } from "node:crypto";
import { UserError } from "../errors.ts";

/**
 * The bytes of a file that the user named.
 *
 * @param what how messages call it, for example "table" or "checkpoint"
 * @throws UserError if there is no such file, if it is a folder, or if it may not be read.
 */
export const readBytes = (path: string, what: string): Promise<Uint8Array<ArrayBuffer>> =>
  openedBy(Deno.readFile, path, what);

/** What `open` makes of a file that the user named, with the errors of readBytes. */
export async function openedBy<T>(
  open: (path: string) => Promise<T>,
  path: string,
  what: string,
): Promise<T> {
  try {
    const info = await Deno.stat(path);
    if (info.isDirectory) throw new UserError(`${path}: expected a ${what} file, found a folder`);
    return await open(path);
  } catch (error) {
    if (error instanceof UserError) throw error;
    if (error instanceof Deno.errors.NotFound) throw new UserError(`${path}: no such ${what} file`);
    const reason = error instanceof Error ? error.message : String(error);
    throw new UserError(`${path}: cannot read this ${what} file: ${reason}`);
  }
}

/** SHA-256 of bytes as 64 lower-case hexadecimal digits. */
export const sha256 = (bytes: Uint8Array): string => createHash("sha256").update(bytes).digest("hex");
