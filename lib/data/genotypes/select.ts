import { UserError } from "../../errors.ts";
import { unknown } from "../nearest.ts";
import { type BitMatrix, bitMatrix, type Genotypes, rowCounts, sameContig, variantKey } from "./genotypes.ts";
import { eachLine } from "./lines.ts";

/**
 * Where samples are among those of a file, in the order in which they are asked for.
 *
 * @param source the file's name, for messages
 * @throws UserError for none, a name that is not there, and one that is asked for twice.
 */
export function sampleIndices(
  samples: readonly string[],
  wanted: readonly string[],
  source: string,
): Int32Array {
  if (wanted.length === 0) throw new UserError(`${source}: expected at least one sample to read, found none`);
  const places = new Map(samples.map((name, i) => [name, i]));
  const seen = new Set<string>();
  return Int32Array.from(wanted, (name) => {
    const place = places.get(name);
    if (place === undefined) throw new UserError(`${source}: no sample ${unknown(name, samples)}`);
    if (seen.has(name)) throw new UserError(`${source}: sample "${name}" is asked for twice`);
    seen.add(name);
    return place;
  });
}

/** The genotypes of some samples in the order of their names. @throws UserError as sampleIndices */
export function selectSamples(genotypes: Genotypes, names: readonly string[]): Genotypes {
  const indices = sampleIndices(genotypes.samples, names, "genotypes");
  const selected = selectCalls(
    genotypes,
    (bits, width) => selectColumns(bits, indices, width),
    (numbers, each) => numbersAt(numbers, genotypes.samples.length, indices, each),
  );
  return { ...selected, samples: [...names] };
}

/** The genotypes with some of their calls, out of matrices of so many bits, or numbers, a sample. */
function selectCalls(
  genotypes: Genotypes,
  bitsOf: (matrix: BitMatrix, width: 1 | 2) => BitMatrix,
  numbersOf: <A extends Int32Array | Float32Array>(numbers: A, each: number) => A,
): Genotypes {
  const { alleles, missing, unphased, haploid, phaseSets, likelihoods } = genotypes;
  return {
    ...genotypes,
    alleles: bitsOf(alleles, 2),
    missing: missing && bitsOf(missing, 1),
    unphased: unphased && bitsOf(unphased, 1),
    haploid: haploid && bitsOf(haploid, 1),
    phaseSets: phaseSets && numbersOf(phaseSets, 1),
    ...(likelihoods ? { likelihoods: numbersOf(likelihoods, 3) } : {}),
  };
}

/** Columns of [rows, width, each] at some indices. */
function numbersAt<A extends Int32Array | Float32Array>(
  numbers: A,
  width: number,
  indices: Int32Array,
  each: number,
): A {
  const rows = numbers.length / width / each;
  const out = new (numbers.constructor as new (length: number) => A)(rows * indices.length * each);
  for (let row = 0, to = 0; row < rows; row++) {
    for (const i of indices) {
      const from = (row * width + i) * each;
      out.set(numbers.subarray(from, from + each), to);
      to += each;
    }
  }
  return out;
}

/** Columns in groups of `width`, those of each index. */
function selectColumns(matrix: BitMatrix, indices: Int32Array, width: 1 | 2): BitMatrix {
  const selected = bitMatrix(matrix.rows, width * indices.length);
  const mask = width === 1 ? 1 : 3;
  for (let row = 0; row < matrix.rows; row++) {
    const from = row * matrix.stride;
    const to = row * selected.stride;
    for (let i = 0; i < indices.length; i++) {
      const column = width * indices[i]!;
      const bits = (matrix.bytes[from + (column >> 3)]! >> (column & 7)) & mask;
      selected.bytes[to + (width * i >> 3)]! |= bits << (width * i & 7);
    }
  }
  return selected;
}

export function selectVariants(genotypes: Genotypes, indices: ArrayLike<number>): Genotypes {
  const { position, id, ref, alt, info } = genotypes.variants;
  const at = Array.from(indices);
  const selected = selectCalls(
    genotypes,
    (bits) => selectRows(bits, at),
    (numbers, each) => rowsOf(numbers, each * genotypes.samples.length, at),
  );
  return {
    ...selected,
    variants: {
      position: Int32Array.from(at, (i) => position[i]!),
      id: at.map((i) => id[i]!),
      ref: at.map((i) => ref[i]!),
      alt: at.map((i) => alt[i]!),
      ...(info ? { info: at.map((i) => info[i]!) } : {}),
    },
  };
}

/** Rows of [rows, width] at some indices. */
function rowsOf<A extends Int32Array | Float32Array>(
  numbers: A,
  width: number,
  indices: readonly number[],
): A {
  const out = new (numbers.constructor as new (length: number) => A)(indices.length * width);
  indices.forEach((from, to) => out.set(numbers.subarray(from * width, (from + 1) * width), to * width));
  return out;
}

function selectRows({ columns, stride, bytes }: BitMatrix, indices: readonly number[]): BitMatrix {
  const selected = bitMatrix(indices.length, columns);
  indices.forEach((from, to) =>
    selected.bytes.set(bytes.subarray(from * stride, (from + 1) * stride), to * stride)
  );
  return selected;
}

/** How often each variant's alternative allele is there, [variants]; missing calls count for none. */
export const alleleCounts = ({ alleles }: Genotypes): Uint32Array => rowCounts(alleles);

/** Alleles 0 and 1 of some haplotypes at some variants, [haplotypes, variants]; haplotypes 2s and 2s + 1 are of sample s. */
export function haplotypes(
  { alleles }: Genotypes,
  variantIndices: ArrayLike<number>,
  haplotypeIndices: ArrayLike<number>,
): Uint8Array {
  const variants = variantIndices.length;
  const out = new Uint8Array(haplotypeIndices.length * variants);
  for (let v = 0; v < variants; v++) {
    const start = variantIndices[v]! * alleles.stride;
    for (let h = 0, at = v; h < haplotypeIndices.length; h++, at += variants) {
      const column = haplotypeIndices[h]!;
      out[at] = (alleles.bytes[start + (column >> 3)]! >> (column & 7)) & 1;
    }
  }
  return out;
}

/** Columns up to ALT. */
const SITE_COLUMNS = 5;

/**
 * Reads the markers of an array from a VCF, plain or gzip, of which the calls are not looked at; one for each ALT allele.
 *
 * @param contig reads this chromosome alone; with or without `chr`
 * @returns what identifies each marker, as variantKey has it
 * @throws UserError with the line for one that is none, and if there is no site.
 */
export async function readSites(path: string, contig: string): Promise<Set<string>> {
  const sites = new Set<string>();
  const decoder = new TextDecoder();
  await eachLine(path, "site", (bytes, start, end, line) => {
    if (end === start || bytes[start] === 0x23) return true;
    const head = decoder.decode(bytes.subarray(start, start + headLength(bytes, start, end)));
    const [chromosome, position, , ref, alt] = head.split("\t");
    if (alt === undefined) {
      throw new UserError(`${path}, line ${line}: expected the columns CHROM POS ID REF ALT, found fewer`);
    }
    if (!/^[1-9]\d{0,9}$/.test(position!)) {
      throw new UserError(`${path}, line ${line}: expected a position, found "${position}"`);
    }
    if (sameContig(chromosome!, contig)) {
      for (const one of alt.split(",")) sites.add(`${position}:${ref}:${one}`);
    }
    return true;
  });
  if (sites.size === 0) throw new UserError(`${path}: expected sites of chromosome ${contig}, found none`);
  return sites;
}

/** Bytes of the columns up to ALT; those of a panel with calls are long. */
function headLength(bytes: Uint8Array, start: number, end: number): number {
  let columns = 0;
  for (let at = start; at < end; at++) {
    if (bytes[at] === 0x09 && ++columns === SITE_COLUMNS) return at - start;
  }
  return end - start;
}

/** Which variants an array has, by position, REF and ALT, as increasing indices. */
export const onPanel = ({ variants }: Genotypes, sites: ReadonlySet<string>): Int32Array =>
  Int32Array.from(variants.position.keys().filter((i) => sites.has(variantKey(variants, i))));
