/** What all runs on a window of genotypes share: what they are known by, and what their records keep of the test rows. */
import { createHash } from "node:crypto";
import {
  dosages,
  joined,
  MAF_BINS,
  mafBin,
  meanTargetR2,
  minorMoments,
  type Moments,
  NO_MOMENTS,
  pooledR2,
  type Scored,
  type ScoredByFrequency,
  squaredCorrelation,
  targetR2,
} from "../../baselines/genotype_r2.ts";
import { alleleRows, B1_WINDOWS, b1WindowName, type ImputationWindow } from "../../data/genotypes/windows.ts";
import type { RunIdentity, RunRecord } from "../../results/mod.ts";
import { type Run, runOf } from "../experiment.ts";

/** Of each MAF bin, counting minor alleles, so that bins of windows can be put together. */
export type ImputationDetails = { bins: Pick<Moments, keyof Moments>[] };

export type ImputationRecord = RunRecord<ImputationDetails>;

/** The run of a model on a window; its progress line tells which window. */
export function windowRun(
  window: ImputationWindow,
  { profile, model, seed, configuration }: Pick<
    RunIdentity,
    "profile" | "model" | "seed" | "configuration"
  >,
  run: Pick<Run<ImputationDetails>, "steps" | "execute" | "program" | "external" | "needs">,
): Run<ImputationDetails> {
  const size = window.targetVariants.length;
  const sha256 = createHash("sha256").update(window.inputs).update(window.targets).digest("hex");
  return runOf({
    experiment: "imputation",
    words: [window.name, model, `seed${seed}`],
    profile,
    data: `windows of ${size}`,
    model,
    of: { name: window.name, sha256 },
    seed,
    configuration: { ...configuration, size, proportion: 1 },
    ...run,
    execute: ({ label, ...options }) =>
      run.execute({
        ...options,
        label: label === undefined ? undefined : `${window.name}, ${model}, seed ${seed}`,
      }),
  });
}

/** Which of B1's windows a record is of; NaN for another one. */
export function windowOf({ data, configuration }: RunRecord): number {
  const window = Array.from({ length: B1_WINDOWS }, (_, i) => i)
    .find((i) => b1WindowName(i, configuration["size"] as number) === data.name);
  return window ?? NaN;
}

/** Predictions of some rows of a window, [rows, targets], beside the truth. */
export const scoredRows = (
  { targets, targetVariants: { length } }: ImputationWindow,
  rows: Int32Array,
  predicted: ArrayLike<number>,
): Scored => ({ predicted, truth: alleleRows(targets, length, rows), targets: length });

/**
 * What the record of a run keeps of its test rows: `r2` of all alleles of the window together, `dosageR2` of the samples'
 * dosages, `targetR2` the mean over the `targets` whose truth varies; and its details.
 *
 * @param scored of haplotypes, first ones before second ones
 */
export function imputationScores(
  scored: Scored,
  { counts, alleles }: Pick<ImputationWindow, "counts" | "alleles">,
): { metrics: Record<string, number>; details: ImputationDetails } {
  const byFrequency: ScoredByFrequency = {
    ...scored,
    bin: Array.from(counts, (count) => mafBin(count, alleles)),
    altIsMajor: Array.from(counts, (count) => Number(2 * count > alleles)),
    alleles: 1,
  };
  const [predicted, truth] = [dosages(scored.predicted), dosages(scored.truth)];
  return {
    metrics: {
      r2: pooledR2(scored),
      dosageR2: pooledR2({ ...scored, predicted, truth }),
      targetR2: meanTargetR2(scored),
      targets: [...targetR2(scored)].filter((value) => !Number.isNaN(value)).length,
    },
    details: { bins: MAF_BINS.map((_, bin) => minorMoments(byFrequency, bin)) },
  };
}

/** R² of a MAF bin over some windows together; NaN if the truth does not vary. */
export const binR2 = (windows: readonly ImputationDetails[], bin: number): number =>
  squaredCorrelation(windows.reduce((all, { bins }) => joined(all, bins[bin]!), NO_MOMENTS));

/** The mean R² of single targets over some windows together, from their metrics. */
export function meanTarget(windows: readonly RunRecord["metrics"][]): number {
  const targets = (metrics: RunRecord["metrics"]) => metrics["targets"] ?? NaN;
  const sum = windows.reduce((sum, own) => sum + (own["targetR2"] ?? NaN) * targets(own), 0);
  return sum / windows.reduce((all, own) => all + targets(own), 0);
}
