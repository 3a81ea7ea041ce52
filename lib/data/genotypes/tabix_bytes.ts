import type { Chunk, TabixContent } from "./tabix.ts";

/** The bin that is none: it holds where the chromosome's records lie and how many there are. */
const STATISTICS = 37_450;
const VCF = 2;

/** The content of a `.tbi`, little-endian, not yet compressed. */
export function tabixBytes({ contig, bins, windows, whole, records }: TabixContent): Uint8Array {
  const name = new TextEncoder().encode(`${contig}\0`);
  const entries: [bin: number, chunks: Chunk[]][] = [...bins].sort(([a], [b]) => a - b);
  entries.push([STATISTICS, [whole, [BigInt(records), 0n]]]);
  const size = 4 * 9 + name.length + 4 +
    entries.reduce((sum, [, chunks]) => sum + 8 + 16 * chunks.length, 0) +
    4 + 8 * windows.length + 8;
  const bytes = new Uint8Array(size);
  const view = new DataView(bytes.buffer);
  let at = 0;
  const int = (value: number) => {
    view.setUint32(at, value, true);
    at += 4;
  };
  const long = (value: bigint) => {
    view.setBigUint64(at, value, true);
    at += 8;
  };

  bytes.set([0x54, 0x42, 0x49, 1]); // TBI, version 1
  at = 4;
  // One chromosome; its name in column 1, the position in column 2, no column of ends; lines of "#" are the header.
  for (const value of [1, VCF, 1, 2, 0, "#".charCodeAt(0), 0, name.length]) int(value);
  bytes.set(name, at);
  at += name.length;
  int(entries.length);
  for (const [bin, chunks] of entries) {
    int(bin);
    int(chunks.length);
    for (const offsets of chunks) offsets.forEach(long);
  }
  int(windows.length);
  windows.forEach(long);
  long(0n); // records without a place
  return bytes;
}
