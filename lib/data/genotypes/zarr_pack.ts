import { type BitMatrix, setBit } from "./bits.ts";

/** Part of an array [variants, samples, 2] as zarrita gives it; it may reach beyond the array. */
interface NumberChunk {
  data: unknown;
  shape: number[];
  stride: number[];
}

/** All bits of two alleles of 8 bits but the lowest ones. */
const HIGHER_BITS = ~0x0101;

/**
 * Packs a chunk of allele numbers into bits; negative ones are missing.
 *
 * @param row where the chunk begins among the variants
 * @param sample where it begins among the samples
 */
export function packNumbers(
  { data, shape, stride }: NumberChunk,
  alleles: BitMatrix,
  missing: BitMatrix,
  row: number,
  sample: number,
): void {
  const numbers = data as Int8Array;
  const rows = Math.min(shape[0]!, alleles.rows - row);
  const samples = Math.min(shape[1]!, missing.columns - sample);
  const isPlain = numbers instanceof Int8Array && numbers.byteOffset % 2 === 0 && sample % 4 === 0 &&
    stride[2] === 1 && stride[1] === 2;
  for (let i = 0; i < rows; i++) {
    const from = i * stride[0]!;
    const to = (row + i) * alleles.stride + (sample >> 2);
    if (isPlain) {
      const pairs = new Uint16Array(numbers.buffer, numbers.byteOffset + from, samples);
      if (packPairs(pairs, alleles.bytes, to)) continue;
      alleles.bytes.fill(0, to, to + ((samples + 3) >> 2));
    }
    for (let j = 0; j < samples; j++) {
      const first = numbers[from + j * stride[1]!]!;
      const second = numbers[from + j * stride[1]! + stride[2]!]!;
      if (first < 0 || second < 0) setBit(missing, row + i, sample + j);
      else {
        if (first > 0) setBit(alleles, row + i, 2 * (sample + j));
        if (second > 0) setBit(alleles, row + i, 2 * (sample + j) + 1);
      }
    }
  }
}

/** As packPhased does with text: pairs of bytes 0 and 1; false if there is another. */
function packPairs(pairs: Uint16Array, bytes: Uint8Array, at: number): boolean {
  let other = 0;
  let s = 0;
  for (; s + 4 <= pairs.length; s += 4) {
    const a = pairs[s]!;
    const b = pairs[s + 1]!;
    const c = pairs[s + 2]!;
    const d = pairs[s + 3]!;
    other |= a | b | c | d;
    const both = a | (b << 2) | (c << 4) | (d << 6);
    bytes[at++] = both | (both >>> 7);
  }
  let both = 0;
  for (let shift = 0; s < pairs.length; s++, shift += 2) {
    other |= pairs[s]!;
    both |= pairs[s]! << shift;
  }
  if (pairs.length % 4 !== 0) bytes[at] = both | (both >>> 7);
  return (other & HIGHER_BITS) === 0;
}
