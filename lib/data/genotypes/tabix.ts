import { UserError } from "../../errors.ts";

/** Parts of the file, [begin, end) in virtual offsets, that hold a bin's records. */
type Chunk = [begin: bigint, end: bigint];

/** What a `.tbi` tells of one chromosome. */
interface TabixContent {
  contig: string;
  bins: Map<number, Chunk[]>;
  /** For each window of 16,384 bases the offset of the first record that reaches into it or lies behind. */
  windows: bigint[];
  /** All records. */
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
    /** The content of the file `.tbi`, not yet compressed. */
    bytes: (): Uint8Array => tabixBytes(content),
  };
}

/** The bin that is none: it holds where the chromosome's records lie and how many there are. */
const STATISTICS = 37_450;
const VCF = 2;

/** The content of a `.tbi`, little-endian. */
function tabixBytes({ contig, bins, windows, whole, records }: TabixContent): Uint8Array {
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
