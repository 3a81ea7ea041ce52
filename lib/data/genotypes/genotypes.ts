import type { BitMatrix } from "./bits.ts";

/** Variants of one chromosome in file order, as columns. Every record has one alternative allele. */
export interface Variants {
  /** Positions counted from 1, not decreasing; several variants may share one. */
  position: Int32Array;
  /** IDs as written; "." where there is none. */
  id: string[];
  ref: string[];
  alt: string[];
}

/**
 * Genotypes of diploid samples at variants of one chromosome. One bit an allele: a million genotypes take 250 kB, the
 * 1.7 million variants of chromosome 20 in 2,504 samples 1.1 GB.
 */
export interface Genotypes {
  /** Chromosome as the file names it, such as `20` or `chr20`. */
  contig: string;
  samples: string[];
  variants: Variants;
  /** [variants, 2·samples]: 1 for the alternative allele; columns 2s and 2s + 1 are the haplotypes of sample s. */
  alleles: BitMatrix;
  /** [variants, samples]: 1 where a call is missing, wholly or by half (its alleles are 0); null if none is. */
  missing: BitMatrix | null;
  /** [variants, samples]: 1 where a heterozygous call has no phase (`0/1`); null if all are phased. */
  unphased: BitMatrix | null;
}

/** Number of variants. */
export const variantCount = ({ variants }: Genotypes): number => variants.position.length;

/** What identifies a variant within a chromosome: IDs repeat, differ between files or are absent. */
export const variantKey = ({ position, ref, alt }: Variants, i: number): string =>
  `${position[i]}:${ref[i]}:${alt[i]}`;
