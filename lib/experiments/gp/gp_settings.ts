import type { CountRanges } from "../../data/gp/counts.ts";
import { GP_DIMS } from "../../models/process/dims.ts";
import type { ProcessName } from "../../models/process/registry.ts";
import type { ProcessRecipe } from "../../train/process/recipe.ts";
import { changedRecipe, gpRate, type ProcessChanges, type ProcessSettings } from "../process_settings.ts";
import type { Profile } from "../profiles.ts";

/** Least context points of the published ranges [A, 2A]. */
export const GP_LEAST = [64, 128, 256, 512, 1024] as const;

/** The models of the paper's figure, in its order, then the variants that start fast. */
export const GP_MODELS: readonly ProcessName[] = [
  "canp",
  "banp",
  "anp",
  "cipnp",
  "ipnp",
  "cipnp-fast",
  "ipnp-fast",
  "cipnp-sharp",
  "ipnp-sharp",
];

/** Target points of a task. */
const TARGETS = [4, 64] as const;

const EARLY = [250, 500, 1000, 1500, 2000, 2500, 3000, 4000, 5000, 7500, 10000];

export const GP_SETTINGS: Record<Profile, ProcessSettings> = {
  /** The first part of the published training, at its full learning rate: minutes on two cores. */
  quick: {
    steps: 3000,
    schedule: "constant",
    parts: { context: 4, target: 2 },
    finalBatches: 64,
    curveBatches: 24,
    curveSamples: 20,
    lookAt: (step) => EARLY.includes(step),
  },
  /** As published: 100,000 steps, annealed to 0, tested on 3,000 batches. An hour and more on two cores. */
  paper: {
    steps: 100_000,
    schedule: "cosine",
    parts: { context: 4, target: 2 },
    finalBatches: 3000,
    curveBatches: 24,
    curveSamples: 20,
    lookAt: (step) => EARLY.includes(step) || step % 5000 === 0,
  },
};

/** The range [A, 2A] of context points. */
export const gpRanges = (least: number): CountRanges => ({ context: [least, 2 * least], target: TARGETS });

/** Functions of a batch. */
export const GP_BATCH = 16;

/** The recipe of a run. */
export const gpRecipe = (
  model: ProcessName,
  ranges: CountRanges,
  profile: Profile,
  seed: number,
  changes: ProcessChanges = {},
): ProcessRecipe =>
  changedRecipe(
    { model, dims: GP_DIMS, learningRate: gpRate(model), seed },
    ranges,
    GP_SETTINGS[profile],
    changes,
  );
