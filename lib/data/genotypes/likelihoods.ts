/** Genotypes of records that have only their likelihoods, as of sequencing at low coverage. */
import type { RecordCalls } from "./vcf.ts";

/** A genotype is called if it has this share of the probability, all genotypes being equally likely before. */
export const SURE = 0.9;

const WEIGHTS: Record<string, (value: number) => number> = {
  GP: (value) => value,
  PL: (value) => 10 ** (-value / 10),
  GL: (value) => 10 ** value,
};

/** The first of GP, PL and GL in FORMAT; undefined if it has none. */
export function likelihoodField(format: string): { name: string; column: number } | undefined {
  const keys = format.split(":");
  const name = Object.keys(WEIGHTS).find((key) => keys.includes(key));
  return name === undefined ? undefined : { name, column: keys.indexOf(name) };
}

/**
 * The calls of a record from their likelihoods: the likeliest genotype where it is sure enough, else missing.
 *
 * @param bytes the calls
 * @param alternatives number of ALT alleles
 * @param calls written
 * @param refuse ends the reading, for values that are no likelihoods of a diploid or haploid call
 */
export function likeliestCalls(
  bytes: Uint8Array,
  { name, column }: { name: string; column: number },
  alternatives: number,
  calls: RecordCalls,
  refuse: (problem: string, sample?: number) => never,
): void {
  const alleles = alternatives + 1;
  const diploid = alleles * (alleles + 1) / 2;
  const cells = new TextDecoder().decode(bytes).split("\t");
  const samples = calls.phased.length;
  if (cells.length !== samples) refuse(`expected ${samples} calls as in the header, found ${cells.length}`);
  calls.phased.fill(0);
  calls.haploid.fill(0);
  calls.odd = false;
  cells.forEach((cell, s) => {
    const text = cell.split(":")[column] ?? ".";
    calls.alleles[2 * s] = calls.alleles[2 * s + 1] = -1;
    if (/^[.,]*$/.test(text)) return;
    const values = text.split(",").map((value) => value.trim() === "" ? NaN : Number(value));
    const single = values.length === alleles;
    if ((values.length !== diploid && !single) || values.some(Number.isNaN)) {
      refuse(`expected ${diploid} numbers in ${name}, found "${text.slice(0, 40)}"`, s);
    }
    // Beside the best one, so that none is too small for a number.
    const best = name === "PL" ? Math.min(...values) : name === "GL" ? Math.max(...values) : 0;
    const weights = values.map((value) => WEIGHTS[name]!(value - best));
    const total = weights.reduce((a, b) => a + b);
    const first = weights.indexOf(Math.max(...weights));
    if (!(weights[first]! >= SURE * total)) return;
    if (single) {
      calls.alleles[2 * s] = calls.alleles[2 * s + 1] = first;
      calls.phased[s] = calls.haploid[s] = 1;
      calls.odd = true;
      return;
    }
    // Genotypes in VCF's order: 00, 01, 11, 02, 12, 22, ...
    let b = 0;
    while ((b + 1) * (b + 2) / 2 <= first) b++;
    calls.alleles[2 * s] = first - b * (b + 1) / 2;
    calls.alleles[2 * s + 1] = b;
  });
}
