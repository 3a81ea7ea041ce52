import { join } from "node:path";
import { UserError } from "../errors.ts";
import { sha256OfFile } from "../setup/checksum.ts";

/** A file of somebody else's that is not part of this workspace. */
export interface RemoteFile {
  what: string;
  /** Where its publisher has it. */
  address: string;
  file: string;
  /** How the file comes out of what is at the address, where that is another one. */
  hint?: string;
}

const DIGEST = /^([0-9a-f]{64})\b/i;

/** What a user has to do for a file that cannot be fetched: `get FILE from ADDRESS and put it at PATH`. */
export const getItYourself = ({ address, file, hint }: RemoteFile, folder: string): string =>
  `get ${file} from ${address} and put it at ${join(folder, file)}` + (hint ? `: ${hint}` : "");

/**
 * The path of a file that the user has downloaded. Nothing is fetched from here, since nobody vouches for what would come. If
 * `FILE.sha256` is beside it, as `sha256sum` writes it, the file must have that digest.
 *
 * @throws UserError saying which file to put where if it is absent; for an empty file and another digest.
 */
export async function placedFile(remote: RemoteFile, folder: string): Promise<string> {
  const path = join(folder, remote.file);
  const info = await Deno.stat(path).catch(() => undefined);
  if (!info?.isFile) {
    throw new UserError(`${path}: no such file (${remote.what}); ${getItYourself(remote, folder)}`);
  }
  if (info.size === 0) throw new UserError(`${path}: expected ${remote.what}, found an empty file`);
  await verify(path);
  return path;
}

async function verify(path: string): Promise<void> {
  const text = await Deno.readTextFile(`${path}.sha256`).catch(() => undefined);
  if (text === undefined) return;
  const expected = DIGEST.exec(text.trim())?.[1]?.toLowerCase();
  if (expected === undefined) {
    throw new UserError(`${path}.sha256: expected 64 hexadecimal digits, found "${text.slice(0, 80)}"`);
  }
  const found = await sha256OfFile(path);
  if (found !== expected) {
    throw new UserError(`${path}: expected SHA-256 ${expected} as in the file beside it, found ${found}`);
  }
}
