import { type BitMatrix, getBit, rowCounts } from "./bits.ts";
import type { Genotypes } from "./genotypes.ts";

/** Stands for a missing call or allele. */
export const MISSING = 255;

/** Calls of the targets, sample by sample. */
export interface Calls {
  /** [samples, variants]: dosage of ALT 0, 1, 2, or 255 where it is missing. */
  calls: Uint8Array;
  /** [2·samples, variants]: alleles 0 and 1 as written, or 255; rows 2s and 2s + 1 are the haplotypes of sample s. */
  alleles: Uint8Array;
  /** [samples, variants]: 1 where it is known which haplotype has which allele: called, and homozygous or phased. */
  phased: Uint8Array;
}

/** What a variant's calls say without a look at other variants. */
export interface SiteCounts {
  /** Frequency of ALT among the alleles that are called; NaN if none is. */
  frequency: number;
  /** Alleles that are called. */
  called: number;
  /** Share of samples without a call. */
  missing: number;
}

export function siteCounts({ samples, alleles, missing }: Genotypes, variant: number): SiteCounts {
  const absent = missing === null ? 0 : countOf(missing, variant);
  const called = 2 * (samples.length - absent);
  return { frequency: countOf(alleles, variant) / called, called, missing: absent / samples.length };
}

/** Set bits of one row. */
function countOf({ columns, stride, bytes }: BitMatrix, row: number): number {
  return rowCounts({ rows: 1, columns, stride, bytes: bytes.subarray(row * stride, (row + 1) * stride) })[0]!;
}

/**
 * Calls at some variants.
 *
 * @param flips [variants]: 1 where the alleles are to be exchanged
 */
export function callsAt(
  { samples, alleles, missing, unphased }: Genotypes,
  variants: ArrayLike<number>,
  flips: ArrayLike<number>,
): Calls {
  const [n, width] = [samples.length, variants.length];
  const out = {
    calls: new Uint8Array(n * width),
    alleles: new Uint8Array(2 * n * width),
    phased: new Uint8Array(n * width),
  };
  for (let v = 0; v < width; v++) {
    const variant = variants[v]!;
    const flip = flips[v]!;
    for (let s = 0; s < n; s++) {
      const at = s * width + v;
      const first = 2 * s * width + v;
      if (missing !== null && getBit(missing, variant, s) === 1) {
        out.calls[at] = out.alleles[first] = out.alleles[first + width] = MISSING;
        continue;
      }
      const a = getBit(alleles, variant, 2 * s) ^ flip;
      const b = getBit(alleles, variant, 2 * s + 1) ^ flip;
      out.calls[at] = a + b;
      out.alleles[first] = a;
      out.alleles[first + width] = b;
      out.phased[at] = a === b || unphased === null ? 1 : 1 - getBit(unphased, variant, s);
    }
  }
  return out;
}
