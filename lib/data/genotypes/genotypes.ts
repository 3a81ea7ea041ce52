import { UserError } from "../../errors.ts";

/** A matrix of bits, row by row; each row starts at a byte, the first column in its lowest bit. */
export interface BitMatrix {
  rows: number;
  columns: number;
  /** Bytes of a row. */
  stride: number;
  /** [rows · stride] */
  bytes: Uint8Array;
}

/** All bits 0. */
export function bitMatrix(rows: number, columns: number): BitMatrix {
  const stride = (columns + 7) >> 3;
  return { rows, columns, stride, bytes: new Uint8Array(rows * stride) };
}

export const getBit = ({ stride, bytes }: BitMatrix, row: number, column: number): number =>
  (bytes[row * stride + (column >> 3)]! >> (column & 7)) & 1;

/** How many bits are set in each row, [rows]. Bits beyond the columns are 0 and count for nothing. */
export function rowCounts({ rows, stride, bytes }: BitMatrix): Uint32Array {
  const counts = new Uint32Array(rows);
  for (let row = 0; row < rows; row++) {
    let count = 0;
    for (let i = row * stride; i < (row + 1) * stride; i++) count += SET_BITS[bytes[i]!]!;
    counts[row] = count;
  }
  return counts;
}

const SET_BITS = Uint8Array.from({ length: 256 }, (_, byte) => {
  let count = 0;
  for (let bits = byte; bits > 0; bits >>= 1) count += bits & 1;
  return count;
});

/** Variants of one chromosome in file order, as columns. Every record has one alternative allele. */
export interface Variants {
  /** Positions counted from 1, not decreasing; several variants may share one. */
  position: Int32Array;
  /** IDs as written; "." where there is none. */
  id: string[];
  ref: string[];
  alt: string[];
  /** END, SVTYPE and SVLEN of structural variants as INFO has them, "" for others; absent if there is none. */
  info?: string[];
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
  /** [variants, samples]: 1 for a call of one allele, as of X in men, which stands here as two equal ones; null if none is. */
  haploid: BitMatrix | null;
  /**
   * [variants, samples]: the phase set of a heterozygous call with phase, which holds among the calls of one set; 0 is the set
   * of all that name none. Null if no call names one.
   */
  phaseSets: Int32Array | null;
  /**
   * [variants, samples, 3]: how likely what was read is if a sample has 0, 1 or 2 copies of ALT, the largest 1. The call is then
   * but the likeliest genotype, without phase. 0, 0, 0 where the call stands by itself; absent if all do.
   */
  likelihoods?: Float32Array;
}

export const sliceVariants = (
  { position, id, ref, alt, info }: Variants,
  from: number,
  to: number,
): Variants => ({
  position: position.slice(from, to),
  id: id.slice(from, to),
  ref: ref.slice(from, to),
  alt: alt.slice(from, to),
  ...(info ? { info: info.slice(from, to) } : {}),
});

export const variantCount = ({ variants }: Genotypes): number => variants.position.length;

/** What identifies a variant within a chromosome: IDs repeat, differ between files or are absent. */
export const variantKey = ({ position, ref, alt }: Variants, i: number): string =>
  `${position[i]}:${ref[i]}:${alt[i]}`;

/** Indices from `from` on of the variants at a position, by default at that of the first. */
export function indicesAt({ position }: Variants, from: number, at = position[from]): number[] {
  const indices: number[] = [];
  for (let i = from; i < position.length && position[i] === at; i++) indices.push(i);
  return indices;
}

/** Index of the first value that is not below a bound; the length if there is none. */
export function firstAtLeast(sorted: ArrayLike<number>, bound: number): number {
  let [low, high] = [0, sorted.length];
  while (low < high) {
    const middle = (low + high) >> 1;
    if (sorted[middle]! < bound) low = middle + 1;
    else high = middle;
  }
  return low;
}

/** A stretch of one chromosome, both ends included, counted from 1. */
export interface Region {
  /** Chromosome as the file names it. */
  contig: string;
  start: number;
  end: number;
}

/** The last position that a VCF can hold. */
export const LAST_POSITION = 2 ** 31 - 1;

/** Reads `20:1000000-4000000`, with commas or without, or `20`. @throws UserError for another form */
export function parseRegion(text: string): Region {
  const match = /^(\S+?)(?::([\d,]+)-([\d,]+))?$/.exec(text);
  if (!match) throw new UserError(`region: expected a form such as 20:1000000-4000000, found "${text}"`);
  const [, contig, first, last] = match;
  if (first === undefined || last === undefined) {
    if (/:[^:]*$/.test(text)) {
      throw new UserError(`region: expected a form such as 20:1000000-4000000, found "${text}"`);
    }
    return { contig: contig!, start: 1, end: LAST_POSITION };
  }
  const [start, end] = [first, last].map((digits) => Number(digits.replaceAll(",", ""))) as [number, number];
  if (start < 1 || end < start || end > LAST_POSITION) {
    throw new UserError(`region: expected 1 <= start <= end <= ${LAST_POSITION}, found "${text}"`);
  }
  return { contig: contig!, start, end };
}

/** As parseRegion reads it. */
export const formatRegion = ({ contig, start, end }: Region): string =>
  start === 1 && end === LAST_POSITION ? contig : `${contig}:${start}-${end}`;

/** Chromosomes are called `20` or `chr20`; PLINK calls X, Y and M 23, 24 and 26. */
export const sameContig = (a: string, b: string): boolean => bareContig(a) === bareContig(b);
const bareContig = (name: string): string => {
  const bare = name.replace(/^chr/i, "").toUpperCase();
  return PLINK_NAMES[bare] ?? bare;
};
const PLINK_NAMES: Record<string, string> = { "23": "X", "24": "Y", "26": "M", "MT": "M" };
