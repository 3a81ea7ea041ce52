import { Buffer } from "node:buffer";
import { UserError } from "../../errors.ts";

/** Parts of the file, [begin, end) in virtual offsets, that hold a bin's records. */
type Chunk = [begin: bigint, end: bigint];

/** What a `.tbi` tells of one chromosome. */
export interface TabixContent {
  contig: string;
  bins: Map<number, Chunk[]>;
  /** For each window of 16,384 bases the offset of the first record that reaches into it or lies behind. */
  windows: bigint[];
  whole: Chunk;
  records: number;
}

const LONGEST = 2 ** 29;
const WINDOW_BITS = 14;

/** The smallest bin that holds the bases [begin, end), counted from 0: of 16 kb, 128 kb, 1, 8, 64 or 512 Mb. */
export function binOf(begin: number, end: number): number {
  for (let level = 5, bits = WINDOW_BITS; level > 0; level--, bits += 3) {
    if (begin >> bits === (end - 1) >> bits) return (8 ** level - 1) / 7 + (begin >> bits);
  }
  return 0;
}

/** The index of a VCF of one chromosome, made while the file is written. */
export function tabixIndex(contig: string) {
  const content: TabixContent = { contig, bins: new Map(), windows: [], whole: [0n, 0n], records: 0 };
  const { bins, windows } = content;
  let last = 1;
  return {
    /**
     * Takes the next record.
     *
     * @param position counted from 1, not before the last record's
     * @param length bases of REF
     * @param begin virtual offset of its line
     * @param end virtual offset after its line
     * @throws UserError for a position before the last one, or beyond the 2^29 bases that .tbi can hold.
     */
    add(position: number, length: number, begin: bigint, end: bigint): void {
      if (position < last) {
        throw new UserError(`${contig}:${position} comes after ${contig}:${last}: expected sorted positions`);
      }
      const [from, to] = [position - 1, position - 1 + length];
      if (to > LONGEST) {
        throw new UserError(
          `${contig}:${position}: a .tbi index holds positions up to ${LONGEST}; expected a shorter chromosome`,
        );
      }
      last = position;
      const chunks = bins.get(binOf(from, to)) ?? [];
      if (chunks.length === 0) bins.set(binOf(from, to), chunks);
      const previous = chunks.at(-1);
      // Chunks that meet in one block are read at once anyway.
      if (previous && previous[1] >> 16n >= begin >> 16n) previous[1] = end;
      else chunks.push([begin, end]);
      // A window without a record of its own takes the next one's: nothing before it reaches so far.
      while (windows.length <= (to - 1) >> WINDOW_BITS) windows.push(begin);
      content.whole = [content.records === 0 ? begin : content.whole[0], end];
      content.records++;
    },
    content,
  };
}

/** The bin that is none: it holds where the chromosome's records lie and how many there are. */
const STATISTICS = 37_450;
const VCF = 2;

/** The content of a `.tbi`, uncompressed: little-endian, numbers of 32 bits, offsets (bigint) of 64. */
export function tabixBytes(contents: readonly TabixContent[]): Uint8Array {
  const names = contents.map(({ contig }) => `${contig}\0`).join("");
  // The chromosomes; their name in column 1, the position in column 2, no column of ends; lines of "#" are the header.
  const head = [contents.length, VCF, 1, 2, 0, "#".charCodeAt(0), 0, Buffer.byteLength(names)];
  const parts: (string | number | bigint)[] = ["TBI\x01", ...head, names];
  for (const { bins, windows, whole, records } of contents) {
    const entries: [bin: number, chunks: Chunk[]][] = [...bins].sort(([a], [b]) => a - b);
    entries.push([STATISTICS, [whole, [BigInt(records), 0n]]]);
    parts.push(entries.length);
    for (const [bin, chunks] of entries) parts.push(bin, chunks.length, ...chunks.flat());
    parts.push(windows.length, ...windows);
  }
  parts.push(0n); // records without a place
  return new Uint8Array(Buffer.concat(parts.map(littleEndian)));
}

function littleEndian(value: string | number | bigint): Buffer {
  if (typeof value === "string") return Buffer.from(value);
  const bytes = Buffer.alloc(typeof value === "number" ? 4 : 8);
  if (typeof value === "number") bytes.writeUInt32LE(value);
  else bytes.writeBigUInt64LE(value);
  return bytes;
}
