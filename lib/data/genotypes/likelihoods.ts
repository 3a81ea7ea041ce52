/** Likelihoods of genotypes, PL, GL and GP, as sequencing at low coverage gives them in place of sure calls. */
import type { RecordCalls } from "./vcf_calls.ts";

/** A haploid call is taken from likelihoods if it has this share. */
const SURE = 0.9;
/** By how much rounded probabilities may miss a sum of 1. */
const ROUNDED = 0.05;

/** What reads the numbers of each field, from the one that has no prior in it: weights, of any scale. */
const FIELDS: Record<string, { wrong: (value: number) => boolean; weights: (values: number[]) => number[] }> =
  {
    PL: {
      wrong: (value) => !(value >= 0),
      weights: (values) => values.map((value) => 10 ** ((Math.min(...values) - value) / 10)),
    },
    GL: {
      wrong: (value) => Number.isNaN(value) || value === Infinity,
      weights: (values) => values.map((value) => 10 ** (value - Math.max(...values))),
    },
    GP: { wrong: (value) => !(value >= 0), weights: (values) => values },
  };

/** The first of PL, GL and GP in FORMAT; undefined if it has none. */
export function likelihoodField(format: string): { name: string; column: number } | undefined {
  const keys = format.split(":");
  const name = Object.keys(FIELDS).find((key) => keys.includes(key));
  return name === undefined ? undefined : { name, column: keys.indexOf(name) };
}

/** How likely what was read of each sample is by its genotype, in VCF's order: 00, 01, 11, 02, 12, 22, ...; null if not known. */
export type RecordLikelihoods = (number[] | null)[];

/**
 * The likelihoods of a record, and calls from them: the likeliest genotype of a sample, if there is one. Those of a haploid call
 * become a call where it is sure, else it is missing.
 *
 * @param bytes the calls
 * @param alternatives number of ALT alleles
 * @param calls written for the samples wanted
 * @param isWanted of which samples the likelihoods are to be read
 * @param refuse ends the reading, for values that are no likelihoods of a diploid or haploid call
 */
export function readLikelihoods(
  bytes: Uint8Array,
  { name, column }: { name: string; column: number },
  alternatives: number,
  calls: RecordCalls,
  isWanted: (sample: number) => boolean,
  refuse: (problem: string, sample?: number) => never,
): RecordLikelihoods {
  const alleles = alternatives + 1;
  const diploid = alleles * (alleles + 1) / 2;
  const { wrong, weights } = FIELDS[name]!;
  const cells = new TextDecoder().decode(bytes).split("\t");
  const samples = calls.phased.length;
  if (cells.length !== samples) refuse(`expected ${samples} calls as in the header, found ${cells.length}`);
  return cells.map((cell, s) => {
    const text = cell.split(":")[column] ?? ".";
    if (!isWanted(s) || /^[.,]*$/.test(text)) return null;
    const values = text.replaceAll(/inf(inity)?\b/gi, "Infinity").split(",").map((value) =>
      value.trim() === "" ? NaN : Number(value)
    );
    const single = values.length === alleles && alternatives > 0;
    const problem = (expected: string) =>
      refuse(`expected ${expected} in ${name}, found "${text.slice(0, 40)}"`, s);
    if ((values.length !== diploid && !single) || values.some(Number.isNaN)) problem(`${diploid} numbers`);
    if (values.some(wrong)) problem("numbers from 0");
    const sum = values.reduce((a, b) => a + b);
    if (name === "GP" && Math.abs(sum - 1) > ROUNDED) problem("probabilities that sum to 1");
    const found = weights(values);
    const most = Math.max(...found);
    if (!(most > 0)) problem("a genotype that is possible");
    const first = found.indexOf(most);
    calls.alleles[2 * s] = calls.alleles[2 * s + 1] = -1;
    calls.phased[s] = 0;
    if (single) {
      if (most < SURE * found.reduce((a, b) => a + b)) return null;
      calls.alleles[2 * s] = calls.alleles[2 * s + 1] = first;
      calls.phased[s] = calls.haploid[s] = 1;
      calls.odd = true;
      return null;
    }
    // Equal ones say nothing, as those of no read or of REF alone.
    if (found.every((weight) => weight === most)) return null;
    if (found.lastIndexOf(most) === first) {
      const [a, b] = genotypeAt(first);
      calls.alleles[2 * s] = a;
      calls.alleles[2 * s + 1] = b;
    }
    return found.map((weight) => weight / most);
  });
}

/** The alleles of a genotype by its place in VCF's order. */
function genotypeAt(place: number): [number, number] {
  let b = 0;
  while ((b + 1) * (b + 2) / 2 <= place) b++;
  return [place - b * (b + 1) / 2, b];
}

/**
 * Likelihoods of 0, 1 and 2 copies of one allele, each that of its likeliest genotype; 0, 0, 0 where none are known.
 *
 * @param allele its number, from 1
 * @param out [samples, 3], written
 */
export function likelihoodsOf(likelihoods: RecordLikelihoods, allele: number, out: Float32Array): void {
  out.fill(0);
  likelihoods.forEach((values, s) =>
    values?.forEach((value, place) => {
      const [a, b] = genotypeAt(place);
      const at = 3 * s + Number(a === allele) + Number(b === allele);
      out[at] = Math.max(out[at]!, value);
    })
  );
}
