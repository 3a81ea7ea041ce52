import { PROCESS_NAMES } from "../../models/process/registry.ts";
import { changed, type Changes, type Settings, settingsOf } from "../experiment.ts";
import type { Profile } from "../profiles.ts";

/** Every neural process, and those that can train on points in pieces. */
const COST_MODELS = [
  ...PROCESS_NAMES,
  "cipnp-chunked",
  "ipnp-chunked",
  "cipnp-fast-chunked",
  "ipnp-fast-chunked",
] as const;
export type CostModel = (typeof COST_MODELS)[number];

/** How much one training step reads. */
export interface StepSize {
  context: number;
  targets: number;
  /** Tasks at once. */
  batch: number;
  /** h, the number of inducing points, of models that have them. */
  induce: number;
  /** Latent samples or bootstraps, of models that have them. */
  samples: number;
  /** Width of all layers, but for TNP-D's own. */
  width: number;
}

/** Costs of training steps of neural processes on large contexts; the same in all profiles. */
export interface ProcessCostSettings extends Settings, Omit<StepSize, "context" | "induce"> {
  /** The number of inducing points. */
  h: number;
  /** Points of the context. */
  contexts: number[];
  /** Names out of `COST_MODELS`. */
  models: string[];
  /** Compiled bytes. A step that needs more does not run; one whose scores alone need more is not compiled. */
  budgetBytes: number;
  /** Seconds of a step: one that takes longer is beyond the budget. */
  budgetSeconds: number;
  seed: number;
}

/** As the paper's Gaussian processes, but one task, one latent sample and 16 inducing points at every size. */
export const processCostSettings = settingsOf<ProcessCostSettings>(() => ({
  contexts: [2_048, 1_000_000],
  models: ["ipnp", "ipnp-chunked", "anp"],
  budgetBytes: 2 ** 33,
  budgetSeconds: 120,
  targets: 256,
  batch: 1,
  h: 16,
  samples: 1,
  width: 128,
  seed: 42,
}), { models: COST_MODELS });

/** Log likelihoods of trained models against their context; the same in all profiles. */
export interface LargeContextSettings extends Settings {
  /** Files of weights, see `task train --save`; none: those on Gaussian processes that came with the workspace. */
  weights: string[];
  /** Numbers of context points, of the same functions: each context begins with the one before. */
  contexts: number[];
  targets: number;
  /** How many functions; what they give is averaged. */
  functions: number;
  seed: number;
}

export const largeContextSettings = (
  profile: Profile,
  changes?: Changes<LargeContextSettings>,
): LargeContextSettings => {
  const settings = changed<LargeContextSettings>({
    profile,
    weights: [],
    contexts: [64, 128, 1024, 16_384, 65_536, 262_144, 1_000_000],
    targets: 256,
    functions: 8,
    seed: 0,
  }, changes);
  return { ...settings, contexts: settings.contexts.toSorted((a, b) => a - b) };
};

/** Log likelihood of the targets, given so many points. */
export type ContextLikelihood = {
  context: number;
  /** Mean over functions of the mean over targets, and its standard error over functions. */
  target: number;
  error: number;
};

export type ContextDetails = { contexts: ContextLikelihood[] };

/** Predictions from a large context, by a model with new weights: costs do not depend on them. */
export interface LargePredictionSettings extends Settings {
  /** One that reads in pieces. */
  model: string;
  context: number;
  targets: number;
  /** The number of inducing points. */
  h: number;
  seed: number;
}

export const largePredictionSettings = settingsOf<LargePredictionSettings>(() => (
  { model: "ipnp", context: 100_000, targets: 1_000_000, h: 16, seed: 42 }
));
