import type { ProcessRecipe } from "../train/process/recipe.ts";

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
