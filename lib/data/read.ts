import { createHash } from "node:crypto";
import { UserError } from "../errors.ts";
import { reasonOf } from "../files.ts";

/** The bytes of a file that the user named. @throws UserError if it is absent, a folder, or not readable */
export const readBytes = (path: string, what: string): Promise<Uint8Array<ArrayBuffer>> =>
  openedBy(Deno.readFile, path, what);

/** The same, of a file with a known content. @throws UserError also for another SHA-256 than `expected` */
export async function readKnown(path: string, what: string, expected: string) {
  const bytes = await readBytes(path, what);
  const found = sha256(bytes);
  if (found !== expected) throw new UserError(`${path}: expected SHA-256 ${expected}, found ${found}`);
  return bytes;
}

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
    throw new UserError(`${path}: cannot read this ${what} file: ${reasonOf(error)}`);
  }
}

/** SHA-256 of bytes as 64 lower-case hexadecimal digits. */
export const sha256 = (content: Uint8Array | string): string =>
  createHash("sha256").update(content).digest("hex");
