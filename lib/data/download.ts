import { join } from "node:path";
import { UserError } from "../errors.ts";
import { sha256OfFile } from "../setup/checksum.ts";
import { requireSpace } from "../setup/disk.ts";
import { receive } from "./download_receive.ts";
import { getItYourself, type RemoteFile } from "./placed_file.ts";

/** A file that may be fetched, since its content is publicly known. */
export interface KnownFile extends RemoteFile {
  /** Where the size is not known, the server's is taken. */
  bytes: number | null;
  sha256: string;
}

/** What a download that was cut short leaves, to go on from. */
export const partOf = (path: string): string => `${path}.part`;

/**
 * The path of a file in `folder`, fetched from its publisher if it is not there. What comes is verified before it gets its
 * name; what a broken connection leaves is kept, and the next call goes on from there.
 *
 * @throws UserError for another checksum or size (expected and found), an address that no longer has the file, a download
 *   that ends early, no network and no space. Each says what to put where instead.
 */
export async function fetchFile(known: KnownFile, folder: string): Promise<string> {
  const { file, bytes, sha256, what } = known;
  const path = join(folder, file);
  if (await Deno.stat(path).catch(() => undefined)) {
    await verify(path, path, known, "remove it to download it again");
    return path;
  }
  await Deno.mkdir(folder, { recursive: true });
  const part = partOf(path);
  const kept = (await Deno.stat(part).catch(() => undefined))?.size ?? 0;
  await requireSpace(folder, Math.max(0, (bytes ?? 0) - kept), `${file} (${what})`);
  await receive(known, part, getItYourself(known, folder));
  const found = await sha256OfFile(part);
  if (found !== sha256) {
    await Deno.remove(part);
    throw new UserError(
      `${known.address}: expected ${file} with SHA-256 ${sha256}, found ${found}; nothing was kept. Try again, and if it ` +
        `stays so, the publisher has changed the file: ${getItYourself(known, folder)} from another source`,
    );
  }
  await Deno.rename(part, path);
  return path;
}

/** @throws UserError if a file has another size or digest than is known of it. */
export async function verify(path: string, name: string, known: KnownFile, advice: string): Promise<void> {
  const { size } = await Deno.stat(path);
  if (known.bytes !== null && size !== known.bytes) {
    throw new UserError(
      `${name}: expected ${known.bytes} bytes (${known.what}), found ${size}; ${advice}`,
    );
  }
  const found = await sha256OfFile(path);
  if (found !== known.sha256) {
    throw new UserError(
      `${name}: expected SHA-256 ${known.sha256} (${known.what}), found ${found}; ${advice}`,
    );
  }
}
