import { GP_KERNELS } from "../../data/gp/kernels.ts";
import type { CountRanges } from "../../data/task_source.ts";
import { GP_DIMS } from "../../models/process/dims.ts";
import type { ProcessName } from "../../models/process/registry.ts";
import type { ProcessRecipe } from "../../train/process/recipe.ts";
import type { Changes } from "../experiment.ts";
import {
  AS_PUBLISHED,
  changedRecipe,
  changedTraining,
  gpRate,
  type ProcessChanges,
  type ProcessSettings,
  type TrainingSettings,
} from "../process_run.ts";
import type { Profile } from "../profiles.ts";

/** Least context points of the published ranges [A, 2A]. */
export const GP_LEAST = [64, 128, 256, 512, 1024];

/** The models of the paper's figure, in its order, then the variants that start fast. */
const PAPER_MODELS = "canp,banp,anp,cipnp,ipnp,cipnp-fast,ipnp-fast,cipnp-sharp,ipnp-sharp".split(",");

const TARGETS = [4, 64] as const;

const EARLY = [250, 500, 1000, 1500, 2000, 2500, 3000, 4000, 5000, 7500, 10000];

const TESTS = { batch: 16, curveBatches: 24, curveSamples: 20 };

export const GP_PROFILES: Record<Profile, ProcessSettings> = {
  /** The first steps of the published training, at its full learning rate: a minute on two cores. */
  quick: {
    ...TESTS,
    steps: 200,
    schedule: "constant",
    parts: { context: 1, target: 1 },
    finalBatches: 64,
    when: (step) => EARLY.includes(step),
  },
  /** As published: 100,000 steps, annealed to 0, tested on 3,000 batches. An hour and more on two cores. */
  paper: {
    ...TESTS,
    steps: 100_000,
    schedule: "cosine",
    parts: { context: 4, target: 2 },
    finalBatches: 3000,
    when: (step) => EARLY.includes(step) || step % 5000 === 0,
  },
};

/** What a learning curve takes that can be compared with the recorded ones: minutes on two cores. */
export const GP_CURVE = { steps: 3000, parts: { context: 4, target: 2 } };

/** Meta-learning of Gaussian processes (the paper's figure of context ranges). */
export interface GpSettings extends TrainingSettings {
  /** Least context points A of each range [A, 2A]; `context` takes the place of all of them. */
  least: number[];
  /** Kernels that the trained models are tested on beside RBF. */
  kernels: string[];
}

/** The settings of a profile with changes. @throws UserError for an unknown model or kernel, with the nearest ones */
export function gpSettings(profile: Profile, changes?: Changes<GpSettings>): GpSettings {
  const defaults = profile === "quick"
    ? { models: ["canp", "cipnp", "cipnp-fast"], least: [64] }
    : { models: PAPER_MODELS, least: GP_LEAST, seeds: [0, 1, 2, 3, 4] };
  return changedTraining<GpSettings>({ profile, ...AS_PUBLISHED, kernels: [], ...defaults }, changes, {
    kernels: GP_KERNELS,
  });
}

/** The published range [A, 2A] of context points. */
export const gpRanges = (least: number): CountRanges => ({ context: [least, 2 * least], target: TARGETS });

export const rangesOf = ({ least, context, target }: GpSettings): CountRanges[] =>
  (context ? [{ context, target: TARGETS }] : least.map(gpRanges))
    .map((ranges) => target ? { ...ranges, target } : ranges);

export function gpRecipe(
  model: ProcessName,
  ranges: CountRanges,
  profile: Profile,
  seed: number,
  changes: Partial<ProcessChanges> = {},
): ProcessRecipe {
  const fixed = { model, dims: GP_DIMS, learningRate: gpRate(model), seed };
  return changedRecipe(fixed, ranges, GP_PROFILES[profile], changes);
}
