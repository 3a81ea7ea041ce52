import { Readable } from "node:stream";
import { pipeline } from "node:stream/promises";
import { createGunzip } from "node:zlib";
import { UserError } from "../../errors.ts";
import { openedBy } from "../read.ts";
import { asText } from "./bcf.ts";

/**
 * Told of each line: bytes `start` to `end` without the line end, valid until it returns, and the line's number from 1.
 * False ends the reading.
 */
type OnLine = (bytes: Uint8Array, start: number, end: number, line: number) => boolean;

/** A place in a bgzip file: the start of a block, and bytes of its content before the place. */
export interface VirtualOffset {
  block: number;
  within: number;
}

const [NEWLINE, RETURN] = [0x0a, 0x0d] as const;

/**
 * Gives the lines of a file, plain or gzip, to `onLine`, those of BCF as lines of VCF; lines may end with CR and LF. No
 * more is kept than one piece of the file and one line.
 *
 * @param options.from where to begin in a bgzip file, the start of a line; lines are counted from there
 * @param options.onBytes told how many bytes of the file were read so far
 * @throws UserError if it cannot be read, and for gzip data that are cut short or damaged, with the line before and how
 *   many bytes of the file were read.
 */
export async function eachLine(
  path: string,
  what: string,
  onLine: OnLine,
  { from, onBytes }: { from?: VirtualOffset; onBytes?: (read: number) => void } = {},
): Promise<void> {
  let carry = new Uint8Array(1 << 16);
  let carried = 0;
  let line = 0;
  let read = 0;
  const keep = (bytes: Uint8Array) => {
    if (carried + bytes.length > carry.length) {
      const larger = new Uint8Array(2 * (carried + bytes.length));
      larger.set(carry.subarray(0, carried));
      carry = larger;
    }
    carry.set(bytes, carried);
    carried += bytes.length;
  };
  const give = (bytes: Uint8Array, start: number, end: number): boolean => {
    line++;
    return onLine(bytes, start, end > start && bytes[end - 1] === RETURN ? end - 1 : end, line);
  };
  const count = (bytes: number) => onBytes?.(read += bytes);
  try {
    for await (const piece of asText(path, unpacked(path, what, count, from))) {
      let start = 0;
      for (let end; (end = piece.indexOf(NEWLINE, start)) >= 0; start = end + 1) {
        let goOn;
        if (carried > 0) {
          keep(piece.subarray(start, end));
          goOn = give(carry, 0, carried);
          carried = 0;
        } else goOn = give(piece, start, end);
        if (!goOn) return;
      }
      keep(piece.subarray(start));
    }
    if (carried > 0) give(carry, 0, carried);
  } catch (error) {
    const { code, message } = error as { code?: unknown; message?: string };
    if (typeof code !== "string" || !code.startsWith("Z_")) throw error;
    const problem = code === "Z_BUF_ERROR"
      ? "gzip data end too early: the file is cut short"
      : "damaged gzip data";
    throw new UserError(
      `${path}, after line ${line} (within the first ${read} bytes of the file): ${problem}; ` +
        `copy or download it again (${message})`,
    );
  }
}

type OnBytes = (bytes: number) => void;

const PIECE = 1 << 18;
/** The empty block at the end of every whole file in BGZF, the form of gzip that bgzip writes. */
const BGZF_END = Uint8Array.from([
  ...[0x1f, 0x8b, 8, 4, 0, 0, 0, 0, 0, 0xff, 6, 0, 0x42, 0x43, 2, 0, 0x1b, 0, 3, 0, 0, 0, 0, 0, 0, 0, 0, 0],
]);

/**
 * The content of a file in pieces, unpacked if it is gzip (found by content, not by name): one gzip member or many, as
 * bgzip writes them. It may be a pipe.
 *
 * @param what how messages call it, for example "VCF"
 * @throws UserError if it cannot be opened or is a bgzip file without its last block; the errors of zlib as they are.
 */
async function* unpacked(
  path: string,
  what: string,
  onBytes: OnBytes,
  from?: VirtualOffset,
): AsyncGenerator<Uint8Array> {
  using file = await openedBy((path) => Deno.open(path), path, what);
  const { size, isFile } = await file.stat();
  const start = from?.block ?? 0;
  // A pipe cannot be read again: its first bytes are kept.
  const head = isFile
    ? await readAt(file, start, Math.min(size, BGZF_END.length))
    : await readOn(file, BGZF_END.length);
  const again = isFile ? undefined : head;
  if (isFile) await file.seek(start, Deno.SeekMode.Start);
  const ending = new Uint8Array(BGZF_END.length);
  if (!(head[0] === 0x1f && head[1] === 0x8b)) {
    yield* pieces(file, onBytes, again);
    return;
  }
  const cutShort = (bytes: string) =>
    new UserError(
      `${path}: this bgzip file lacks its last block: it is cut short; copy or download it again (${bytes})`,
    );
  // With the extra field `BC`.
  const bgzf = (head[3]! & 4) !== 0 && head[12] === 0x42 && head[13] === 0x43;
  const isWhole = (end: Uint8Array) => BGZF_END.every((byte, i) => end[i] === byte);
  if (bgzf && isFile) {
    const end = await readAt(file, Math.max(0, size - BGZF_END.length), BGZF_END.length);
    if (!isWhole(end)) throw cutShort(`the file has ${size} bytes`);
    await file.seek(start, Deno.SeekMode.Start);
  }
  const gunzip = createGunzip({ chunkSize: PIECE });
  const fed = pipeline(Readable.from(pieces(file, onBytes, again, ending)), gunzip);
  // Whoever reads the pieces meets the same error there.
  fed.catch(() => {});
  try {
    let skip = from?.within ?? 0;
    for await (const piece of gunzip) {
      const bytes = piece as Uint8Array;
      if (skip < bytes.length) yield bytes.subarray(skip);
      skip = Math.max(0, skip - bytes.length);
    }
    await fed;
    if (bgzf && !isFile && !isWhole(ending)) throw cutShort("it came through a pipe");
  } finally {
    gunzip.destroy();
    await fed.catch(() => {});
  }
}

/**
 * @param first what was read before
 * @param ending gets the last bytes
 */
async function* pieces(
  file: Deno.FsFile,
  onBytes: OnBytes,
  first?: Uint8Array,
  ending?: Uint8Array,
): AsyncGenerator<Uint8Array> {
  const given = (piece: Uint8Array): Uint8Array => {
    onBytes(piece.length);
    if (ending) {
      const last = piece.subarray(-ending.length);
      ending.copyWithin(0, last.length);
      ending.set(last, ending.length - last.length);
    }
    return piece;
  };
  if (first && first.length > 0) yield given(first);
  for (;;) {
    const piece = new Uint8Array(PIECE);
    const read = await file.read(piece);
    if (read === null) return;
    yield given(piece.subarray(0, read));
  }
}

async function readAt(file: Deno.FsFile, offset: number, length: number): Promise<Uint8Array> {
  await file.seek(offset, Deno.SeekMode.Start);
  return await readOn(file, length);
}

/** As many bytes as there are from here, at most `length`. */
async function readOn(file: Deno.FsFile, length: number): Promise<Uint8Array> {
  const bytes = new Uint8Array(length);
  let at = 0;
  for (let read; at < length && (read = await file.read(bytes.subarray(at))) !== null;) at += read;
  return bytes.subarray(0, at);
}
