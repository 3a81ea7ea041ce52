import type { BitMatrix, Genotypes, Variants } from "./genotypes.ts";

/** The calls of one record as allele numbers. */
interface RecordCalls {
  /** [2·samples]: 0 for the reference, k for the k-th alternative, -1 if missing. */
  alleles: Int16Array;
  /** [samples]: 1 where the alleles are written with `|`. */
  phased: Uint8Array;
}

/** Ends the reading, naming the sample if one is given. */
type Refuse = (problem: string, sample?: number) => never;

const [TAB, DOT, SLASH, ZERO, NINE, COLON, BAR] = [0x09, 0x2e, 0x2f, 0x30, 0x39, 0x3a, 0x7c] as const;

export const emptyCalls = (samples: number): RecordCalls => ({
  alleles: new Int16Array(2 * samples),
  phased: new Uint8Array(samples),
});

/**
 * Reads the calls of a record whose FORMAT begins with GT, whatever they look like.
 *
 * @param bytes the calls
 * @param alternatives number of ALT alleles
 * @param calls written
 */
export function parseCalls(
  bytes: Uint8Array,
  samples: number,
  alternatives: number,
  calls: RecordCalls,
  refuse: Refuse,
): void {
  const { alleles, phased } = calls;
  const { length } = bytes;
  let at = 0;
  for (let s = 0; s < samples; s++) {
    if (at > length) refuse(columnsProblem(bytes, samples));
    const first = bytes[at]!;
    const between = bytes[at + 1]!;
    const second = bytes[at + 2]!;
    const stop = bytes[at + 3] ?? TAB;
    const isUsual = (stop === TAB || stop === COLON) && (between === BAR || between === SLASH) &&
      isAllele(first) && isAllele(second);
    if (isUsual) {
      alleles[2 * s] = first === DOT ? -1 : first - ZERO;
      alleles[2 * s + 1] = second === DOT ? -1 : second - ZERO;
      phased[s] = between === BAR ? 1 : 0;
      at += 3;
    } else parseOther(textAt(bytes, at), s, calls, refuse);
    if (alleles[2 * s]! > alternatives || alleles[2 * s + 1]! > alternatives) {
      const numbers = alternatives === 0 ? "0" : `0 to ${alternatives}`;
      refuse(`expected alleles ${numbers}, found "${textAt(bytes, isUsual ? at - 3 : at)}"`, s);
    }
    while (at < length && bytes[at] !== TAB) at++;
    at++;
  }
  if (at !== length + 1) refuse(columnsProblem(bytes, samples));
}

const isAllele = (byte: number): boolean => (byte >= ZERO && byte <= NINE) || byte === DOT;

const columnsProblem = (bytes: Uint8Array, samples: number): string =>
  `expected ${samples} calls as in the header, found ${1 + bytes.filter((byte) => byte === TAB).length}`;

/** The genotype that begins at a byte. */
function textAt(bytes: Uint8Array, start: number): string {
  let end = start;
  while (end < bytes.length && bytes[end] !== TAB && bytes[end] !== COLON) end++;
  return new TextDecoder().decode(bytes.subarray(start, end));
}

/** A call with numbers of more than one digit, one that is missing and written ".", or none at all. */
function parseOther(text: string, sample: number, { alleles, phased }: RecordCalls, refuse: Refuse): void {
  const parts = /^(\d{1,4}|\.)([|/])(\d{1,4}|\.)$/.exec(text);
  if (parts) {
    alleles[2 * sample] = parts[1] === "." ? -1 : Number(parts[1]);
    alleles[2 * sample + 1] = parts[3] === "." ? -1 : Number(parts[3]);
    phased[sample] = parts[2] === "|" ? 1 : 0;
  } else if (text === ".") {
    alleles[2 * sample] = alleles[2 * sample + 1] = -1;
    phased[sample] = 0;
  } else if (/^\d+$/.test(text)) {
    refuse(
      `expected two alleles, found one, "${text}": haploid calls, as of chromosome X in males, are not read`,
      sample,
    );
  } else if (/^(\d+|\.)([|/](\d+|\.)){2,}$/.test(text)) {
    refuse(`expected two alleles, found "${text}": only diploid calls are read`, sample);
  } else refuse(`expected a genotype such as 0|1, 0/1 or ./., found "${text}"`, sample);
}

/** The genotypes of one variant in all samples of a file, as bits; the first sample is in the lowest bits of a byte. */
interface RowBits {
  /** Two bits a sample. */
  alleles: Uint8Array;
  /** One bit a sample: whether the call is missing, wholly or by half. */
  missing: Uint8Array;
  /** One bit a sample: whether the call is heterozygous without phase. */
  unphased: Uint8Array;
  /** Whether any bit of `missing` or `unphased` is set for this variant; else they may hold those of another one. */
  flagged: boolean;
}

export const emptyRow = (samples: number): RowBits => ({
  alleles: new Uint8Array((2 * samples + 7) >> 3),
  missing: new Uint8Array((samples + 7) >> 3),
  unphased: new Uint8Array((samples + 7) >> 3),
  flagged: false,
});

/** The row of one allele: 1 for the allele with this number. */
export function rowOfCalls(calls: RecordCalls, allele: number, row: RowBits): void {
  clear(row);
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

const FIRST_ROWS = 1024;

/** A bit matrix of which the number of rows is not known yet; its room doubles when it is full. */
function growingBits(columns: number) {
  const stride = (columns + 7) >> 3;
  let bytes = new Uint8Array(FIRST_ROWS * stride);
  const resize = (rows: number) => bytes = new Uint8Array(bytes.buffer.transfer(rows * stride));
  return {
    put(row: number, bits: Uint8Array): void {
      if ((row + 1) * stride > bytes.length) resize(2 * (row + 1));
      bytes.set(bits, row * stride);
    },
    /** The matrix of its first rows. */
    done: (rows: number): BitMatrix => ({ rows, columns, stride, bytes: resize(rows) }),
  };
}

/** Variants and their genotypes while a file is read. */
export function genotypeRows(samples: number) {
  const positions: number[] = [];
  const variants: Omit<Variants, "position"> = { id: [], ref: [], alt: [] };
  const alleles = growingBits(2 * samples);
  let missing: ReturnType<typeof growingBits> | undefined;
  let unphased: ReturnType<typeof growingBits> | undefined;
  return {
    /** Whether one of the last variants, those at this position, has these alleles. */
    has(position: number, ref: string, alt: string): boolean {
      for (let i = positions.length - 1; i >= 0 && positions[i] === position; i--) {
        if (variants.ref[i] === ref && variants.alt[i] === alt) return true;
      }
      return false;
    },
    /** Adds a variant with its genotypes. */
    add(position: number, id: string, ref: string, alt: string, row: RowBits): void {
      const at = positions.push(position) - 1;
      variants.id.push(id);
      variants.ref.push(ref);
      variants.alt.push(alt);
      alleles.put(at, row.alleles);
      if (!row.flagged) return;
      const isAnySet = (flags: Uint8Array) => flags.some((byte) => byte !== 0);
      if (isAnySet(row.missing)) (missing ??= growingBits(samples)).put(at, row.missing);
      if (isAnySet(row.unphased)) (unphased ??= growingBits(samples)).put(at, row.unphased);
    },
    done(contig: string, names: string[]): Genotypes {
      const rows = positions.length;
      return {
        contig,
        samples: names,
        variants: { position: Int32Array.from(positions), ...variants },
        alleles: alleles.done(rows),
        missing: missing?.done(rows) ?? null,
        unphased: unphased?.done(rows) ?? null,
      };
    },
  };
}
