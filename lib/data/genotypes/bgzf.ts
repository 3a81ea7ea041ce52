import { basename, dirname, join } from "node:path";
import { crc32, deflateRawSync } from "node:zlib";
import { UserError } from "../../errors.ts";
import { reasonOf } from "../../files.ts";

/** Most bytes of content in one block, as in htslib: also what deflate cannot make smaller then fits in 64 kB. */
export const BGZF_CONTENT = 65_280;
const HEADER = 18;
const TRAILER = 8;

/**
 * One BGZF block: a gzip member that tells its own length, so that readers can jump from block to block. The block
 * without content is the mark that ends every file.
 *
 * @param content at most 65,280 bytes
 */
export function bgzfBlock(content: Uint8Array, level: number): Uint8Array<ArrayBuffer> {
  if (content.length > BGZF_CONTENT) {
    throw new RangeError(`a block holds ${BGZF_CONTENT} bytes, got ${content.length}`);
  }
  const deflated = deflateRawSync(content, { level });
  const block = new Uint8Array(HEADER + deflated.length + TRAILER);
  const view = new DataView(block.buffer);
  block.set([0x1f, 0x8b, 8, 4], 0); // gzip, deflate, with an extra field; no time, so that equal content is equal bytes
  block[9] = 255; // unknown system
  view.setUint16(10, 6, true);
  block.set([0x42, 0x43, 2, 0], 12); // BC, 2 bytes: the length of the block less one
  view.setUint16(16, block.length - 1, true);
  block.set(deflated, HEADER);
  view.setUint32(block.length - 8, crc32(content), true);
  view.setUint32(block.length - 4, content.length, true);
  return block;
}

/**
 * Writes a BGZF file (bgzip) whole or not at all: to a temporary file beside it, which takes its name at `close`. Every
 * function of it throws a UserError naming the file if the folder cannot be written or the disk is full, and leaves
 * nothing behind.
 *
 * @param level of deflate, 1 (fast) to 9 (small)
 * @param folder of the temporary file, on the same disk
 */
export function bgzfWriter(path: string, level = 6, folder = dirname(path)) {
  const temporary = join(folder, `${basename(path)}.${Deno.pid}.part`);
  const pending = new Uint8Array(BGZF_CONTENT);
  let file: Deno.FsFile | null = null;
  let length = 0;
  let written = 0;

  const cannotWrite = (error: unknown) => new UserError(`cannot write ${path}: ${reasonOf(error)}`);
  const abort = (): void => {
    if (file === null) return;
    file.close();
    file = null;
    Deno.removeSync(temporary);
  };
  const orUserError = <T>(step: () => T): T => {
    try {
      return step();
    } catch (error) {
      abort();
      throw cannotWrite(error);
    }
  };
  const endBlock = () =>
    orUserError(() => {
      if (file === null) throw new Error("the file is closed");
      const block = bgzfBlock(pending.subarray(0, length), level);
      for (let at = 0; at < block.length;) at += file.writeSync(block.subarray(at));
      written += block.length;
      length = 0;
    });

  file = orUserError(() => Deno.openSync(temporary, { write: true, create: true, truncate: true }));
  return {
    /** Virtual offset of the next byte: the start of its block in the file, times 65,536, plus its place in the block. */
    offset: (): bigint => (BigInt(written) << 16n) | BigInt(length),
    write(bytes: Uint8Array): void {
      for (let at = 0; at < bytes.length;) {
        const taken = Math.min(BGZF_CONTENT - length, bytes.length - at);
        pending.set(bytes.subarray(at, at + taken), length);
        length += taken;
        at += taken;
        if (length === BGZF_CONTENT) endBlock();
      }
    },
    /** Ends the file and gives it its name. */
    close(): void {
      if (length > 0) endBlock();
      endBlock(); // without content: the mark of the end
      file!.close();
      file = null;
      try {
        Deno.renameSync(temporary, path);
      } catch (error) {
        Deno.removeSync(temporary);
        throw cannotWrite(error);
      }
    },
    /** Removes what was written; does nothing once the file is closed. */
    abort,
  };
}
