import { Readable } from "node:stream";
import { pipeline } from "node:stream/promises";
import { createGunzip } from "node:zlib";
import { UserError } from "../../errors.ts";

/** Told after each piece how many bytes of the file are read, and how many it has. */
export type OnBytes = (done: number, of: number) => void;

const PIECE = 1 << 18;
/** The empty block at the end of every whole file in BGZF, the form of gzip that bgzip writes. */
const BGZF_END = Uint8Array.from([
  ...[0x1f, 0x8b, 8, 4, 0, 0, 0, 0, 0, 0xff, 6, 0, 0x42, 0x43, 2, 0, 0x1b, 0, 3, 0, 0, 0, 0, 0, 0, 0, 0, 0],
]);

/**
 * The content of a file in pieces, unpacked if it is gzip (found by content, not by name): one gzip member or many, as
 * bgzip writes them.
 *
 * @param what how messages call it, for example "VCF"
 * @throws UserError if it cannot be opened or is a bgzip file without its last block; the errors of zlib as they are.
 */
export async function* unpacked(path: string, what: string, onBytes?: OnBytes): AsyncGenerator<Uint8Array> {
  using file = await open(path, what);
  const size = (await file.stat()).size;
  const head = await readAt(file, 0, Math.min(size, BGZF_END.length));
  if (!(head[0] === 0x1f && head[1] === 0x8b)) {
    await file.seek(0, Deno.SeekMode.Start);
    yield* pieces(file, size, onBytes);
    return;
  }
  if (isBgzf(head)) {
    const end = await readAt(file, Math.max(0, size - BGZF_END.length), BGZF_END.length);
    if (!BGZF_END.every((byte, i) => end[i] === byte)) {
      throw new UserError(
        `${path}: this bgzip file lacks its last block: it is cut short; copy or download it again ` +
          `(the file has ${size} bytes)`,
      );
    }
  }
  await file.seek(0, Deno.SeekMode.Start);
  const gunzip = createGunzip({ chunkSize: PIECE });
  const fed = pipeline(Readable.from(pieces(file, size, onBytes)), gunzip);
  // Whoever reads the pieces meets the same error there.
  fed.catch(() => {});
  try {
    for await (const piece of gunzip) yield piece as Uint8Array;
    await fed;
  } finally {
    gunzip.destroy();
    await fed.catch(() => {});
  }
}

async function open(path: string, what: string): Promise<Deno.FsFile> {
  try {
    if ((await Deno.stat(path)).isDirectory) {
      throw new UserError(`${path}: expected a ${what} file, found a folder`);
    }
    return await Deno.open(path);
  } catch (error) {
    if (error instanceof UserError) throw error;
    if (error instanceof Deno.errors.NotFound) throw new UserError(`${path}: no such ${what} file`);
    const reason = error instanceof Error ? error.message : String(error);
    throw new UserError(`${path}: cannot read this ${what} file: ${reason}`);
  }
}

async function* pieces(file: Deno.FsFile, size: number, onBytes?: OnBytes): AsyncGenerator<Uint8Array> {
  for (let done = 0;;) {
    const piece = new Uint8Array(PIECE);
    const read = await file.read(piece);
    if (read === null) return;
    done += read;
    onBytes?.(done, Math.max(size, done));
    yield piece.subarray(0, read);
  }
}

async function readAt(file: Deno.FsFile, offset: number, length: number): Promise<Uint8Array> {
  const bytes = new Uint8Array(length);
  await file.seek(offset, Deno.SeekMode.Start);
  let at = 0;
  for (let read; at < length && (read = await file.read(bytes.subarray(at))) !== null;) at += read;
  return bytes.subarray(0, at);
}

/** Gzip with the extra field `BC`. */
const isBgzf = (head: Uint8Array): boolean => (head[3]! & 4) !== 0 && head[12] === 0x42 && head[13] === 0x43;
