import { type AttentionSizes, PUBLISHED_ATTENTION } from "../../data/synthetic_attention.ts";
import { UserError } from "../../errors.ts";
import type { TableModelConfig } from "../../models/table/mod.ts";
import { DEFAULT_OPTIMIZER } from "../../train/optimizer.ts";
import { completeRecipe, type Recipe } from "../../train/table/recipe.ts";
import { changed, type Changes, type Settings } from "../experiment.ts";
import type { Profile } from "../profiles.ts";
import type { Flips } from "./step.ts";

/**
 * - `published`: the experiment of the reference
 * - `sharp`: the same with scores as large at the start as if they were not divided by sqrt(d·e)
 * - `coin`: ours; in every step a coin decides whether all labels are flipped, so that a query's labels
 *   can be known from the context alone
 * - `coins`: the same with a coin for each cluster, so that neither cluster tells the labels of the other
 */
export const ATTENTION_VARIANTS = ["published", "sharp", "coin", "coins"] as const;
export type AttentionVariant = (typeof ATTENTION_VARIANTS)[number];

/** Ways to flip the labels of either cluster that a variant has in its steps. */
export const FLIPS: Record<AttentionVariant, readonly Flips[]> = {
  published: [[0, 0]],
  sharp: [[0, 0]],
  coin: [[0, 0], [1, 1]],
  coins: [[0, 0], [0, 1], [1, 0], [1, 1]],
};

export interface AttentionSettings extends Settings {
  /** Of the published table and its training. */
  seeds: number[];
  /** Inducing points of the published experiment; the reference has 2, and n. */
  h: number;
  /** Names out of `ATTENTION_VARIANTS`, compared on a small table that is the same in all profiles; and its seeds. */
  variants: string[];
  smallSeeds: number[];
  /** Optimiser steps; 0 for the profile's, and those of `SMALL_ATTENTION`. */
  steps: number;
  /** What is changed about the model and the training of all runs. */
  model: Partial<TableModelConfig>;
  recipe: Partial<Recipe>;
}

/** The settings of a profile with changes. @throws UserError for an unknown variant, and no inducing point */
export function attentionSettings(profile: Profile, changes?: Changes<AttentionSettings>): AttentionSettings {
  const settings = changed<AttentionSettings>(
    {
      profile,
      seeds: [42],
      h: 2,
      variants: [...ATTENTION_VARIANTS],
      smallSeeds: [0],
      steps: 0,
      model: {},
      recipe: {},
    },
    changes,
    { variants: ATTENTION_VARIANTS },
  );
  const { h } = settings;
  if (!(Number.isInteger(h) && h > 0)) throw new UserError(`h: expected a positive whole number, found ${h}`);
  return settings;
}

/** Everything that makes a run of the attention experiment, but its seed. */
export interface AttentionSetting {
  variant: AttentionVariant;
  sizes: AttentionSizes;
  recipe: Recipe;
  /** Factor of the first query weights of XABD: those that scores are proportional to. */
  sharpness: number;
  /** Parts of a cluster's rows whose attention is kept, side by side; 0 for no such map. */
  bins: number;
}

/** The name of a table, by which a record tells which one it is of. */
export const dataName = ({ rows, queries, features, labels }: AttentionSizes): string =>
  `two-clusters-${rows + queries}x${features + labels}`;

/** What a profile sets; `quick` has the whole table, but cells an eighth as wide, and fewer, larger steps. */
const PROFILE: Record<Profile, { embedding: number; steps: number; learningRate: number }> = {
  quick: { embedding: 4, steps: 240, learningRate: 1e-2 },
  paper: { embedding: 32, steps: 15_000, learningRate: 1e-3 },
};

export interface AttentionChanges extends Partial<Pick<AttentionSettings, "steps" | "model" | "recipe">> {
  /** Datapoint inducing points; the reference has 2, and n. */
  h: number;
  /** Evaluations during a training; default 12. */
  evaluations?: number;
  /** Default 10. */
  bins?: number;
  /** Sizes of the table other than the published ones. */
  sizes?: Partial<AttentionSizes>;
}

/**
 * A smaller table for comparing variants over seeds: minutes for all of them. At twice this rate whether a seed of `coin` learns
 * anything, and when, hung on its last bits; at this one all three do.
 */
export const SMALL_ATTENTION = {
  h: 2,
  steps: 1000,
  model: { embedding: 8 },
  recipe: { learningRate: 5e-3 },
  evaluations: 5,
  bins: 0,
  sizes: { ...PUBLISHED_ATTENTION, rows: 600, queries: 120, features: 20 },
} satisfies AttentionChanges;

/** The setting of a run: the reference's command for its table of two clusters, `perceiver_D` with a single XABD. */
export function attentionSetting(
  variant: AttentionVariant,
  profile: Profile,
  options: AttentionChanges,
  seed: number,
): AttentionSetting {
  const { h, evaluations = 12, bins = 10, model: modelChanges, recipe: changes } = options;
  const sizes = { ...PUBLISHED_ATTENTION, ...options.sizes };
  const usual = PROFILE[profile];
  const steps = options.steps || changes?.steps || usual.steps;
  const embedding = modelChanges?.embedding ?? usual.embedding;
  const model: Partial<TableModelConfig> = {
    model: "perceiver-d",
    heads: 1,
    depth: 1,
    h,
    f: 10,
    abla: false,
    hiddenDropout: 0.4,
    attentionDropout: 0.1,
    ...modelChanges,
    embedding,
  };
  return {
    variant,
    sizes,
    recipe: completeRecipe({
      optimizer: DEFAULT_OPTIMIZER,
      learningRate: usual.learningRate,
      flatShare: 0.7,
      tradeoff: 0.5,
      featureMask: 0,
      labelMask: 1,
      inference: "recompute",
      evaluateEvery: Math.max(1, Math.floor(steps / evaluations)),
      ...changes,
      model,
      steps,
      seed,
    }),
    sharpness: variant === "sharp" ? Math.sqrt((sizes.features + sizes.labels) * embedding) : 1,
    bins,
  };
}
