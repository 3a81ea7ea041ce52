import { UserError } from "../../errors.ts";
import { ALT_REF, REF_ALT } from "./pair_batch.ts";

/** Alleles of samples and where it is known which haplotype has which, as `alignTargets` gives them. */
export interface KnownPhase {
  /** [2·samples, sites]: rows 2s and 2s + 1 are of sample s. */
  alleles: Uint8Array;
  /** [samples, sites]: 1 where phase is known. */
  phased: Uint8Array;
}

/**
 * Genotypes [samples, sites] with heterozygous ones of known phase as REF_ALT and ALT_REF.
 *
 * @throws UserError for shapes that do not fit, and alleles that are not heterozygous where the genotype is.
 */
export function knownPhase(genotypes: Uint8Array, known: KnownPhase | null, sites: number): Uint8Array {
  if (!known) return genotypes;
  const { alleles, phased } = known;
  if (alleles.length !== 2 * genotypes.length || phased.length !== genotypes.length) {
    throw new UserError(
      `known phase: expected ${2 * genotypes.length} alleles and ${genotypes.length} flags, found ` +
        `${alleles.length} and ${phased.length}`,
    );
  }
  return genotypes.map((genotype, at) => {
    if (genotype !== 1 || phased[at] === 0) return genotype;
    const sample = Math.floor(at / sites);
    const first = at + sample * sites;
    const [a, b] = [alleles[first], alleles[first + sites]];
    if (a === 0 && b === 1) return REF_ALT;
    if (a === 1 && b === 0) return ALT_REF;
    throw new UserError(
      `known phase: expected alleles 0 and 1 of the heterozygous sample ${sample} at site ${at % sites}, ` +
        `found ${a} and ${b}`,
    );
  });
}
