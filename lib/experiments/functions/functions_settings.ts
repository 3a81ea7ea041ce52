import type { CountRanges } from "../../data/gp/counts.ts";
import { GP_DIMS } from "../../models/process/dims.ts";
import type { ProcessName } from "../../models/process/registry.ts";
import type { ProcessRecipe } from "../../train/process/recipe.ts";
import { changedRecipe, gpRate, type ProcessChanges, type ProcessSettings } from "../process_settings.ts";
import type { Profile } from "../profiles.ts";

export const FUNCTION_SETTINGS: Record<Profile, ProcessSettings> = {
  /** A minute or two on two cores. */
  quick: {
    steps: 2000,
    schedule: "cosine",
    parts: { context: 1, target: 1 },
    finalBatches: 32,
    curveBatches: 8,
    curveSamples: 20,
    lookAt: (step) => step % 500 === 0,
  },
  /** As the published training on Gaussian processes. */
  paper: {
    steps: 100_000,
    schedule: "cosine",
    parts: { context: 4, target: 2 },
    finalBatches: 256,
    curveBatches: 24,
    curveSamples: 20,
    lookAt: (step) => step % 5000 === 0,
  },
};

/** Functions of a batch. */
export const FUNCTION_BATCH = 16;

/** What a user may change about a run. */
export interface FunctionChanges extends ProcessChanges {
  /** Context and target points; the default follows from the smallest function. */
  context?: CountRanges["context"];
  target?: CountRanges["target"];
}

/**
 * Ranges of counts for functions of at least so many points: an eighth to half of them as context, and at most what is
 * left as targets.
 */
export function functionRanges(
  fewest: number,
  { context, target }: Pick<FunctionChanges, "context" | "target">,
): CountRanges {
  const most = context ? context[1] : Math.min(fewest - (target?.[1] ?? 1), Math.ceil(fewest / 2));
  return {
    context: context ?? [Math.max(1, Math.min(most, Math.floor(fewest / 8))), Math.max(1, most)],
    target: target ?? [1, Math.max(1, fewest - most)],
  };
}

/** The recipe of a run. */
export function functionRecipe(
  model: ProcessName,
  { dimX, dimY }: { dimX: number; dimY: number },
  ranges: CountRanges,
  profile: Profile,
  seed: number,
  changes: FunctionChanges,
): ProcessRecipe {
  const fixed = { model, dims: { ...GP_DIMS, dimX, dimY }, learningRate: gpRate(model), seed };
  return changedRecipe(fixed, ranges, FUNCTION_SETTINGS[profile], changes);
}
