/** Indices of bgzip files, .tbi and .csi: where the records of a region begin. */
import { gunzipSync } from "node:zlib";
import { type Region, sameContig } from "./genotypes.ts";
import type { VirtualOffset } from "./lines.ts";

/** A reader of little-endian numbers, from `at` on. */
function reader(bytes: Uint8Array, at: number) {
  const view = new DataView(bytes.buffer, bytes.byteOffset, bytes.byteLength);
  return {
    int: () => view.getInt32((at += 4) - 4, true),
    offset: () => view.getBigUint64((at += 8) - 8, true),
    text: (length: number) => new TextDecoder().decode(bytes.subarray(at, at += length)),
  };
}

/**
 * Where to begin to read a region of an indexed bgzip file; undefined if there is no index, it is older than the file,
 * cannot be read or has nothing there. A reader that begins there and ends beyond the region meets all its records.
 */
export async function regionStart(path: string, region: Region): Promise<VirtualOffset | undefined> {
  for (const end of [".tbi", ".csi"]) {
    try {
      const [file, index] = await Promise.all([Deno.stat(path), Deno.stat(path + end)]);
      if (!file.isFile || Number(index.mtime) < Number(file.mtime)) continue;
      const offset = startOf(gunzipSync(await Deno.readFile(path + end)), region);
      if (offset !== undefined) return { block: Number(offset >> 16n), within: Number(offset & 0xffffn) };
    } catch {
      // Without an index, or with a damaged one, the file is read from its beginning.
    }
  }
  return undefined;
}

function startOf(bytes: Uint8Array, region: Region): bigint | undefined {
  const kind = new TextDecoder().decode(bytes.subarray(0, 3));
  if (kind === "TBI") return startInTabix(bytes, region);
  return kind === "CSI" ? startInCsi(bytes, region) : undefined;
}

/** Names of the chromosomes, which end with 0. */
const namesOf = (text: string): string[] => text.split("\0").slice(0, -1);

const WINDOW_BITS = 14;

function startInTabix(bytes: Uint8Array, { contig, start }: Region): bigint | undefined {
  const { int, offset, text } = reader(bytes, 4);
  const contigs = int();
  for (let i = 0; i < 6; i++) int(); // the format, and the columns
  const wanted = namesOf(text(int())).findIndex((name) => sameContig(name, contig));
  for (let c = 0; c < contigs; c++) {
    let first: bigint | undefined;
    for (let bins = int(); bins > 0; bins--) {
      const bin = int();
      for (let chunks = int(); chunks > 0; chunks--) {
        const begin = offset();
        offset();
        if (bin <= 37_449 && (first === undefined || begin < first)) first = begin;
      }
    }
    const windows = Array.from({ length: int() }, offset);
    // Beyond the last window no record reaches: the last one's place is before any that begins later.
    if (c === wanted) return windows[Math.min((start - 1) >> WINDOW_BITS, windows.length - 1)] || first;
  }
  return undefined;
}

function startInCsi(bytes: Uint8Array, { contig, start }: Region): bigint | undefined {
  const { int, offset, text } = reader(bytes, 4);
  const [shift, depth, extra] = [int(), int(), int()];
  // As in .tbi: six numbers and the names; a BCF's index has none.
  if (extra < 28) return undefined;
  for (let i = 0; i < 6; i++) int();
  int();
  const wanted = namesOf(text(extra - 28)).findIndex((name) => sameContig(name, contig));
  const contigs = int();
  for (let c = 0; c < contigs; c++) {
    const loffsets = new Map<number, bigint>();
    let first: bigint | undefined;
    for (let bins = int(); bins > 0; bins--) {
      const bin = int();
      const lowest = offset();
      if (bin <= (8 ** (depth + 1) - 1) / 7) loffsets.set(bin, lowest);
      for (let chunks = int(); chunks > 0; chunks--) {
        const begin = offset();
        offset();
        if (loffsets.has(bin) && (first === undefined || begin < first)) first = begin;
      }
    }
    if (c !== wanted) continue;
    // The smallest bin around the start that is there tells where its first record is; the start may lie behind it.
    for (let level = depth; level >= 0; level--) {
      const bin = (8 ** level - 1) / 7 + Math.floor((start - 1) / 2 ** (shift + 3 * (depth - level)));
      const found = loffsets.get(bin);
      if (found) return found;
    }
    return first;
  }
  return undefined;
}
