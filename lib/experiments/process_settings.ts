import type { CountRanges } from "../data/gp/counts.ts";
import { type ProcessRecipe, publishedInduce } from "../train/process/recipe.ts";

/** How a profile trains and tests neural processes; everything else is as published in all profiles. */
export interface ProcessSettings {
  steps: number;
  schedule: ProcessRecipe["schedule"];
  parts: ProcessRecipe["parts"];
  /** Batches of 16 functions that the trained model is tested on, and that its curve is drawn from. */
  finalBatches: number;
  curveBatches: number;
  /** Samples in the curve's tests; the last test has 50. */
  curveSamples: number;
  /** Steps of the curve's points. */
  lookAt: (step: number) => boolean;
}

/** What a user may change about a run. */
export interface ProcessChanges {
  steps?: number;
  learningRate?: number;
  schedule?: ProcessRecipe["schedule"];
  /** h, the number of inducing points. */
  induce?: number;
  /** Sizes that counts are padded to: fewer compile sooner, more compute less. */
  parts?: ProcessRecipe["parts"];
}

/**
 * A recipe out of a profile's settings and what a user changes about them; the rest is as published.
 *
 * @param fixed what an experiment says, with the learning rate where the user gives none
 */
export function changedRecipe(
  fixed: Pick<ProcessRecipe, "model" | "dims" | "span" | "learningRate" | "seed">,
  ranges: CountRanges,
  settings: Pick<ProcessSettings, "steps" | "schedule" | "parts">,
  { steps, learningRate, schedule, induce, parts }: ProcessChanges,
): ProcessRecipe {
  const published = publishedInduce(fixed.model, ranges);
  return {
    ...fixed,
    induce: published === null ? null : induce ?? published,
    steps: steps ?? settings.steps,
    learningRate: learningRate ?? fixed.learningRate,
    schedule: schedule ?? settings.schedule,
    samples: 4,
    evalSamples: 50,
    parts: parts ?? settings.parts,
  };
}

/** Whether a model is a variant of this workspace that starts fast, and is trained at twice the published rate. */
export const startsFast = (model: string): boolean => /-(fast|sharp)$/.test(model);

/** The published learning rate on Gaussian processes; the variants that start fast have twice as much. */
export const gpRate = (model: string): number => startsFast(model) ? 1e-3 : 5e-4;
