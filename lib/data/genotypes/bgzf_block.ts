import { crc32, deflateRawSync } from "node:zlib";

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

/** All of a small file's bytes as BGZF: its blocks and the mark of the end. */
export function bgzfBytes(content: Uint8Array, level = 6): Uint8Array<ArrayBuffer> {
  const blocks: Uint8Array[] = [];
  for (let at = 0; at < content.length; at += BGZF_CONTENT) {
    blocks.push(bgzfBlock(content.subarray(at, at + BGZF_CONTENT), level));
  }
  blocks.push(bgzfBlock(new Uint8Array(0), level));
  const bytes = new Uint8Array(blocks.reduce((sum, block) => sum + block.length, 0));
  let at = 0;
  for (const block of blocks) {
    bytes.set(block, at);
    at += block.length;
  }
  return bytes;
}
