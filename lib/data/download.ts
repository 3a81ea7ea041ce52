import { join } from "node:path";
import { UserError } from "../errors.ts";
import { progress } from "../progress/mod.ts";
import { sha256OfFile } from "@spin/xla/plugins";
import { requireSpace } from "../setup/disk.ts";

/** A file of somebody else's that is not part of this workspace. */
export interface RemoteFile {
  what: string;
  address: string;
  file: string;
  /** How the file comes out of what is at the address, where that is another one. */
  hint?: string;
}

const DIGEST = /^([0-9a-f]{64})\b/i;

/** What a user has to do for a file that cannot be fetched: `get FILE from ADDRESS and put it at PATH`. */
const manualDownload = ({ address, file, hint }: RemoteFile, folder: string): string =>
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
    throw new UserError(`${path}: no such file (${remote.what}); ${manualDownload(remote, folder)}`);
  }
  if (info.size === 0) throw new UserError(`${path}: expected ${remote.what}, found an empty file`);
  await verifyPlaced(path);
  return path;
}

async function verifyPlaced(path: string): Promise<void> {
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
    await verify(path, known);
    return path;
  }
  await Deno.mkdir(folder, { recursive: true });
  const part = partOf(path);
  const resumed = (await Deno.stat(part).catch(() => undefined))?.size ?? 0;
  await requireSpace(folder, Math.max(0, (bytes ?? 0) - resumed), `${file} (${what})`);
  await receive(known, part, manualDownload(known, folder));
  const found = await sha256OfFile(part);
  if (found !== sha256) {
    await Deno.remove(part);
    throw new UserError(
      `${known.address}: expected ${file} with SHA-256 ${sha256}, found ${found}; nothing was kept. Try again, and if it ` +
        `stays so, the publisher has changed the file: ${manualDownload(known, folder)} from another source`,
    );
  }
  await Deno.rename(part, path);
  return path;
}

/** @throws UserError if a file has another size or digest than is known of it. */
async function verify(path: string, known: KnownFile): Promise<void> {
  const refuse = (expected: string, found: number | string) =>
    new UserError(
      `${path}: expected ${expected} (${known.what}), found ${found}; remove it to download it again`,
    );
  const { size } = await Deno.stat(path);
  if (known.bytes !== null && size !== known.bytes) throw refuse(`${known.bytes} bytes`, size);
  const found = await sha256OfFile(path);
  if (found !== known.sha256) throw refuse(`SHA-256 ${known.sha256}`, found);
}

const MB = 1e6;

/** Fetches what a partial file lacks, from its end on. @param instead what else the user can do */
async function receive(known: KnownFile, part: string, instead: string): Promise<void> {
  const { address, bytes, file } = known;
  using output = await Deno.open(part, { create: true, write: true, read: true });
  let have = await output.seek(0, Deno.SeekMode.End);
  if (bytes !== null && have === bytes) return;
  if (bytes !== null && have > bytes) have = 0;
  const answer = await ask(known, have, instead);
  // A server that knows nothing of ranges sends the whole file.
  if (answer.status !== 206) have = 0;
  await output.truncate(have);
  await output.seek(have, Deno.SeekMode.Start);
  const length = answer.headers.get("content-length");
  const total = bytes ?? (length === null ? null : have + Number(length));
  const bar = progress(Math.max(1, Math.round((total ?? have) / MB)), { label: `downloading ${file}, MB` });
  let reason = "";
  try {
    for await (const piece of answer.body ?? []) {
      for (let at = 0; at < piece.length;) at += await output.write(piece.subarray(at));
      have += piece.length;
      bar.update(Math.round(have / MB));
    }
  } catch (error) {
    reason = ` (${(error as Error).message})`;
  } finally {
    await bar.done();
  }
  if (reason || (total !== null && have < total)) {
    const expected = total === null ? "more" : `${total} bytes`;
    throw new UserError(
      `${address}: expected ${expected}, found ${have}: the download ended early${reason}; what came is kept, and the ` +
        "same call goes on from there",
    );
  }
}

async function ask(known: KnownFile, have: number, instead: string): Promise<Response> {
  const { address, file } = known;
  let answer: Response;
  try {
    answer = await fetch(address, { headers: have > 0 ? { range: `bytes=${have}-` } : {} });
  } catch (error) {
    throw new UserError(
      `${address}: no connection, so that ${file} (${known.what}) cannot be downloaded ` +
        `(${(error as Error).message}); ${instead}`,
    );
  }
  const isPage = answer.headers.get("content-type")?.startsWith("text/html") ?? false;
  if (answer.status === 416) {
    // What is kept is not a beginning of what the server has.
    await answer.body?.cancel();
    return await ask(known, 0, instead);
  }
  if (answer.ok && !isPage) return answer;
  await answer.body?.cancel();
  const found = answer.ok ? "a web page" : `HTTP status ${answer.status}`;
  throw new UserError(
    `${address}: expected ${file} (${known.what}), found ${found} at ${answer.url}: the address may have moved; ${instead}`,
  );
}
