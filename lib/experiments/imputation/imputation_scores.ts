import {
  dosages,
  joined,
  MAF_BINS,
  mafBin,
  meanTargetR2,
  type Moments,
  momentsOf,
  NOTHING,
  pooledR2,
  type Scored,
  squaredCorrelation,
  targetR2,
} from "../../baselines/genotype_r2.ts";
import type { ImputationWindow } from "../../data/genotypes/windows_data.ts";

const FIELDS = ["count", "meanP", "meanY", "pp", "yy", "py"] as const;
const field = (bin: number, name: string) => `bin${bin} ${name}`;

/**
 * What the record of a run keeps of its test rows:
 * - `r2` of all alleles of the window together, `dosageR2` of the samples' dosages
 * - `targetR2` the mean over the `targets` whose truth varies
 * - `bin0 count`, `bin0 meanP`, ... of each MAF bin, counting minor alleles, so that bins of windows can be put
 *   together
 *
 * @param scored of haplotypes, first ones before second ones
 */
export function imputationScores(
  scored: Scored,
  { counts, alleles }: ImputationWindow,
): Record<string, number> {
  const bin = Array.from(counts, (count) => mafBin(count, alleles));
  const altIsMajor = Array.from(counts, (count) => Number(2 * count > alleles));
  const [predicted, truth] = [dosages(scored.predicted), dosages(scored.truth)];
  const bins = MAF_BINS.flatMap((_, b) => {
    const moments = binMoments(scored, bin.map((own) => own === b), altIsMajor);
    return FIELDS.map((name) => [field(b, name), moments[name]]);
  });
  return {
    r2: pooledR2(scored),
    dosageR2: pooledR2({ ...scored, predicted, truth }),
    targetR2: meanTargetR2([{ ...scored, bin, altIsMajor, alleles: 1 }]),
    targets: [...targetR2(scored)].filter((value) => !Number.isNaN(value)).length,
    ...Object.fromEntries(bins),
  };
}

/** Of the alleles of some targets together; those whose ALT is the major allele are turned round. */
function binMoments({ predicted, truth, targets }: Scored, chosen: boolean[], altIsMajor: number[]): Moments {
  const rows = truth.length / targets;
  return chosen.reduce((all, isIn, t) => {
    if (!isIn) return all;
    const own = momentsOf(predicted, truth, t, targets, rows);
    return joined(all, altIsMajor[t] ? { ...own, meanP: 1 - own.meanP, meanY: 1 - own.meanY } : own);
  }, NOTHING);
}

/** Metrics as records have them. */
type Metrics = Record<string, number | null>;

/** R² of a MAF bin over some windows together; NaN if a run lacks it or the truth does not vary. */
export function binR2(windows: readonly Metrics[], bin: number): number {
  const moments = windows.map((metrics) =>
    Object.fromEntries(FIELDS.map((name) => [name, metrics[field(bin, name)] ?? NaN])) as unknown as Moments
  );
  return squaredCorrelation(moments.reduce((all, own) => joined(all, own), NOTHING));
}

/** The mean R² of single targets over some windows together. */
export function meanTarget(windows: readonly Metrics[]): number {
  const targets = (metrics: Metrics) => metrics["targets"] ?? NaN;
  const sum = windows.reduce((sum, own) => sum + (own["targetR2"] ?? NaN) * targets(own), 0);
  return sum / windows.reduce((all, own) => all + targets(own), 0);
}
