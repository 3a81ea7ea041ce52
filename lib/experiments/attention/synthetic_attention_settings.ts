import { type AttentionSizes, PUBLISHED_ATTENTION } from "../../data/synthetic_attention.ts";
import { UserError } from "../../errors.ts";
import type { TableModelConfig } from "../../models/table/mod.ts";
import { DEFAULT_OPTIMIZER } from "../../train/optimizer.ts";
import { completeRecipe, type Recipe } from "../../train/table/recipe.ts";
import type { Profile } from "../profiles.ts";

/**
 * - `published`: the experiment of the reference
 * - `sharp`: the same with scores as large at the start as if they were not divided by sqrt(d·e)
 * - `coin`: ours; in every step a coin decides whether all labels are turned into the other one, so that a query's labels
 *   can be known from the context alone
 * - `coins`: the same with a coin for each cluster, so that neither cluster tells the labels of the other
 */
export const ATTENTION_VARIANTS = ["published", "sharp", "coin", "coins"] as const;
export type AttentionVariant = (typeof ATTENTION_VARIANTS)[number];

/** Ways to turn the labels of either cluster that a variant has in its steps. */
export const TURNS: Record<AttentionVariant, readonly [number, number][]> = {
  published: [[0, 0]],
  sharp: [[0, 0]],
  coin: [[0, 0], [1, 1]],
  coins: [[0, 0], [0, 1], [1, 0], [1, 1]],
};

/** @throws UserError for an unknown name. */
export function asAttentionVariants(names: readonly string[]): AttentionVariant[] {
  return names.map((name) => {
    if ((ATTENTION_VARIANTS as readonly string[]).includes(name)) return name as AttentionVariant;
    throw new UserError(`variants: expected some of ${ATTENTION_VARIANTS.join(", ")}, found "${name}"`);
  });
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

/** What a profile sets; `quick` has the whole table, but cells an eighth as wide, and fewer, larger steps. */
const PROFILE: Record<Profile, { embedding: number; steps: number; learningRate: number }> = {
  quick: { embedding: 4, steps: 240, learningRate: 1e-2 },
  paper: { embedding: 32, steps: 15_000, learningRate: 1e-3 },
};

export interface AttentionChoice {
  /** Datapoint inducing points; the reference has 2, and n. */
  h: number;
  /** Optimiser steps instead of the profile's; 0 keeps those. */
  steps?: number;
  /** Width e of a cell instead of the profile's. */
  embedding?: number;
  /** Looks during a training; default 12. */
  looks?: number;
  /** Default 10. */
  bins?: number;
  /** Sizes of the table other than the published ones. */
  sizes?: Partial<AttentionSizes>;
}

/** A smaller table for comparing variants over seeds: minutes for all of them. */
export const SMALL_ATTENTION: AttentionChoice = {
  h: 2,
  steps: 1000,
  embedding: 8,
  looks: 5,
  bins: 0,
  sizes: { rows: 600, queries: 120, features: 20 },
};

/** The setting of a run: reference section 4.4 and its command, perceiver_D with a single XABD. */
export function attentionSetting(
  variant: AttentionVariant,
  profile: Profile,
  { h, steps, embedding: width, looks = 12, bins = 10, sizes: given }: AttentionChoice,
  seed: number,
): AttentionSetting {
  const sizes = { ...PUBLISHED_ATTENTION, ...given };
  const { embedding: narrow, steps: usual, learningRate } = PROFILE[profile];
  const embedding = width ?? narrow;
  const taken = steps || usual;
  const model: Partial<TableModelConfig> = {
    model: "perceiver-d",
    embedding,
    heads: 1,
    depth: 1,
    h,
    f: 10,
    abla: false,
    hiddenDropout: 0.4,
    attentionDropout: 0.1,
  };
  return {
    variant,
    sizes,
    recipe: completeRecipe({
      model,
      optimizer: DEFAULT_OPTIMIZER,
      steps: taken,
      learningRate,
      flatShare: 0.7,
      tradeoff: 0.5,
      featureMask: 0,
      labelMask: 1,
      inference: "recompute",
      evaluateEvery: Math.max(1, Math.floor(taken / looks)),
      seed,
    }),
    sharpness: variant === "sharp" ? Math.sqrt((sizes.features + sizes.labels) * embedding) : 1,
    bins,
  };
}
