import { isStructural } from "./alleles.ts";
import type { BitMatrix, Genotypes } from "./genotypes.ts";
import type { RecordCalls } from "./vcf_calls.ts";

/** The genotypes of one variant in all samples of a file, as bits; the first sample is in the lowest bits of a byte. */
interface RowBits extends Record<typeof FLAGS[number], Uint8Array> {
  /** Two bits a sample. */
  alleles: Uint8Array;
  /** Whether any bit of FLAGS is set for this variant. */
  flagged: boolean;
}

/** One bit a sample: whether its call is missing, or half of it; heterozygous without phase; of one allele. */
const FLAGS = ["missing", "unphased", "haploid"] as const;

export const emptyRow = (samples: number): RowBits => {
  const [missing, unphased, haploid] = FLAGS.map(() => new Uint8Array((samples + 7) >> 3));
  const alleles = new Uint8Array((2 * samples + 7) >> 3);
  return { alleles, missing: missing!, unphased: unphased!, haploid: haploid!, flagged: false };
};

/** The row of one allele: 1 for the allele with this number. */
export function rowOfCalls(calls: RecordCalls, allele: number, row: RowBits): void {
  row.alleles.fill(0);
  for (const name of FLAGS) row[name].fill(0);
  row.flagged = false;
  for (let s = 0; s < calls.phased.length; s++) {
    const first = calls.alleles[2 * s]!;
    const second = calls.alleles[2 * s + 1]!;
    if (first < 0 || second < 0) {
      flag(row, row.missing, s);
      continue;
    }
    const a = +(first === allele);
    const b = +(second === allele);
    row.alleles[s >> 2]! |= (a | (b << 1)) << (2 * (s & 3));
    if (a !== b && calls.phased[s] === 0) flag(row, row.unphased, s);
    if (calls.haploid[s] === 1) flag(row, row.haploid, s);
  }
}

function flag(row: RowBits, bits: Uint8Array, sample: number): void {
  bits[sample >> 3]! |= 1 << (sample & 7);
  row.flagged = true;
}

const FIRST_ROWS = 1024;

/**
 * Rows of numbers, all 0 where none was put, of which it is not known yet how many there are. Their room,
 * none before the first one, doubles when it is full.
 */
function growingRows<A extends Uint8Array | Int32Array | Float32Array>(
  width: number,
  view: (buffer: ArrayBuffer) => A,
) {
  let buffer = new ArrayBuffer();
  let numbers = view(buffer);
  const resize = (rows: number): A => {
    buffer = buffer.transfer(rows * width * numbers.BYTES_PER_ELEMENT);
    return numbers = view(buffer);
  };
  return {
    put(row: number, values: ArrayLike<number>): void {
      if ((row + 1) * width > numbers.length) resize(Math.max(FIRST_ROWS, 2 * (row + 1)));
      numbers.set(values, row * width);
    },
    isEmpty: () => numbers.length === 0,
    first: resize,
  };
}

/** The same as bits. */
function growingBits(columns: number) {
  const stride = (columns + 7) >> 3;
  const { put, first } = growingRows(stride, (buffer) => new Uint8Array(buffer));
  return { put, first: (rows: number): BitMatrix => ({ rows, columns, stride, bytes: first(rows) }) };
}

/** Small letters are the same bases. */
const sameLetters = (a: string, b: string): boolean => a === b || a.toUpperCase() === b.toUpperCase();

/** A variant as a record and one of its ALT alleles have it; `info` as Variants has it. */
interface VariantText {
  position: number;
  id: string;
  ref: string;
  alt: string;
  info: string;
}

/** Variants and their genotypes while a file is read. */
export function genotypeRows(samples: number) {
  const positions: number[] = [];
  const variants = { id: [] as string[], ref: [] as string[], alt: [] as string[] };
  const infos: string[] = [];
  const alleles = growingBits(2 * samples);
  const flags = new Map<string, ReturnType<typeof growingBits>>();
  const flagged = (name: typeof FLAGS[number], rows: number) => flags.get(name)?.first(rows) ?? null;
  const phaseSets = growingRows(samples, (buffer) => new Int32Array(buffer));
  const likelihoods = growingRows(3 * samples, (buffer) => new Float32Array(buffer));
  return {
    /** Whether one of the last variants, those at this position, is the same. */
    has({ position, id, ref, alt, info }: VariantText): boolean {
      for (let i = positions.length - 1; i >= 0 && positions[i] === position; i--) {
        const same = sameLetters(variants.ref[i]!, ref) && sameLetters(variants.alt[i]!, alt);
        if (same && (!isStructural(alt) || (variants.id[i] === id && infos[i] === info))) return true;
      }
      return false;
    },
    add(variant: VariantText, row: RowBits, sets?: Int32Array, soft?: Float32Array): void {
      const at = positions.push(variant.position) - 1;
      for (const name of ["id", "ref", "alt"] as const) variants[name].push(variant[name]);
      infos.push(variant.info);
      alleles.put(at, row.alleles);
      if (sets?.some((set) => set !== 0)) phaseSets.put(at, sets);
      if (soft) likelihoods.put(at, soft);
      if (!row.flagged) return;
      for (const name of FLAGS) {
        if (!row[name].some((byte) => byte !== 0)) continue;
        const bits = flags.get(name) ?? growingBits(samples);
        flags.set(name, bits);
        bits.put(at, row[name]);
      }
    },
    done(contig: string, names: string[]): Genotypes {
      const rows = positions.length;
      return {
        contig,
        samples: names,
        variants: {
          position: Int32Array.from(positions),
          ...variants,
          ...infos.some((info) => info !== "") && { info: infos },
        },
        alleles: alleles.first(rows),
        missing: flagged("missing", rows),
        unphased: flagged("unphased", rows),
        haploid: flagged("haploid", rows),
        phaseSets: phaseSets.isEmpty() ? null : phaseSets.first(rows),
        ...likelihoods.isEmpty() ? {} : { likelihoods: likelihoods.first(rows) },
      };
    },
  };
}
