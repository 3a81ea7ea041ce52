import type { Calls } from "./vcf_calls.ts";

/** The genotypes of one variant in all samples of a file, as bits; the first sample is in the lowest bits of a byte. */
export interface RowBits {
  /** Two bits a sample. */
  alleles: Uint8Array;
  /** One bit a sample: whether the call is missing, wholly or by half. */
  missing: Uint8Array;
  /** One bit a sample: whether the call is heterozygous without phase. */
  unphased: Uint8Array;
  /** Whether any bit of `missing` or `unphased` is set for this variant; else they may hold those of another one. */
  flagged: boolean;
}

/** "0|0" and "0/0" with a tab, and the missing ones, read as numbers of 32 bits (little endian). */
const [PHASED, UNPHASED, MISSING, MISSING_PHASED] = [0x09307c30, 0x09302f30, 0x092e2f2e, 0x092e7c2e] as const;
/** All bits but those in which "0" and "1" differ, at both alleles. */
const FIXED_BITS = ~0x00010001;

export const emptyRow = (samples: number): RowBits => ({
  alleles: new Uint8Array((2 * samples + 7) >> 3),
  missing: new Uint8Array((samples + 7) >> 3),
  unphased: new Uint8Array((samples + 7) >> 3),
  flagged: false,
});

/**
 * The usual record: every call is `0|0`, `0|1`, `1|0` or `1|1` and nothing else. Eight alleles at a time; every call is
 * checked.
 *
 * @param words [samples] the calls, four bytes each with the tab after it
 * @returns false if a call is another; then what was written is of no use
 */
export function packPhased(words: Int32Array, samples: number, row: RowBits): boolean {
  const { alleles } = row;
  let differing = 0;
  let s = 0;
  let at = 0;
  for (; s + 4 <= samples; s += 4) {
    const a = words[s]! ^ PHASED;
    const b = words[s + 1]! ^ PHASED;
    const c = words[s + 2]! ^ PHASED;
    const d = words[s + 3]! ^ PHASED;
    differing |= a | b | c | d;
    // The first alleles are bits 0, 2, 4, 6 of the sum, the second ones bits 16, 18, 20, 22.
    const both = a | (b << 2) | (c << 4) | (d << 6);
    alleles[at++] = both | (both >>> 15);
  }
  if (s < samples) {
    let both = 0;
    for (let shift = 0; s < samples; s++, shift += 2) {
      const a = words[s]! ^ PHASED;
      differing |= a;
      both |= a << shift;
    }
    alleles[at] = both | (both >>> 15);
  }
  row.flagged = false;
  return (differing & FIXED_BITS) === 0;
}

/** As packPhased, of calls that may also be written with `/` or be `./.` or `.|.`. */
export function packCalls(words: Int32Array, samples: number, row: RowBits): boolean {
  clear(row);
  for (let s = 0; s < samples; s++) {
    const word = words[s]!;
    let bits = word ^ PHASED;
    if ((bits & FIXED_BITS) !== 0) {
      bits = word ^ UNPHASED;
      if ((bits & FIXED_BITS) !== 0) {
        if (word !== MISSING && word !== MISSING_PHASED) return false;
        flag(row, row.missing, s);
        continue;
      }
      if (bits === 1 || bits === 0x10000) flag(row, row.unphased, s);
    }
    row.alleles[s >> 2]! |= ((bits | (bits >> 15)) & 3) << (2 * (s & 3));
  }
  return true;
}

/** The row of one allele: 1 for the allele with this number, or for any but the reference. */
export function rowOfCalls(calls: Calls, allele: number | "any", row: RowBits): void {
  clear(row);
  for (let s = 0; s < calls.phased.length; s++) {
    const first = calls.alleles[2 * s]!;
    const second = calls.alleles[2 * s + 1]!;
    if (first < 0 || second < 0) {
      flag(row, row.missing, s);
      continue;
    }
    const a = allele === "any" ? +(first > 0) : +(first === allele);
    const b = allele === "any" ? +(second > 0) : +(second === allele);
    row.alleles[s >> 2]! |= (a | (b << 1)) << (2 * (s & 3));
    if (a !== b && calls.phased[s] === 0) flag(row, row.unphased, s);
  }
}

function clear(row: RowBits): void {
  row.alleles.fill(0);
  row.missing.fill(0);
  row.unphased.fill(0);
  row.flagged = false;
}

function flag(row: RowBits, bits: Uint8Array, sample: number): void {
  bits[sample >> 3]! |= 1 << (sample & 7);
  row.flagged = true;
}
