import { DEFAULT_HAPLOTYPE_CONFIG } from "../models/haplotype/model.ts";
import type { HaplotypeRecipe } from "../train/haplotype/fit.ts";

export interface WindowSizes {
  targets: number;
  sites: number;
  /** The number of sites of a window is a multiple of it. */
  word: number;
}

/** How a region is imputed; plain data, part of what a stored model and unfinished work are known by. */
export interface ImputeSettings {
  recipe: HaplotypeRecipe;
  windows: WindowSizes;
  /** Weight of SPIN's logits against those of the copying model. */
  weight: number;
  /** Effective population size and mismatch of the copying model. */
  ne: number;
  mismatch: number;
}

/**
 * The copying model's two numbers were chosen by R2 on the validation haplotypes of benchmark B1; the network's size and its
 * training by R2 at a given time, on people who were held out from the reference, most of populations that it then has few of.
 */
export const DEFAULT_SETTINGS: ImputeSettings = {
  recipe: {
    model: { ...DEFAULT_HAPLOTYPE_CONFIG, embedding: 8, f: 8, h: 8, heads: 2, dropout: 0 },
    steps: 300,
    batch: 48,
    learningRate: 8e-3,
    warmup: 0.05,
    weightDecay: 0.01,
    rate: 4,
    noise: 0.005,
    seed: 0,
  },
  windows: { targets: 750, sites: 200, word: DEFAULT_HAPLOTYPE_CONFIG.word },
  weight: 0.4,
  ne: 1e5,
  mismatch: 0.003,
};

/** The recipe of a window, whose latent attributes are no more than its words. */
export function recipeFor(recipe: HaplotypeRecipe, sites: number): HaplotypeRecipe {
  const f = Math.min(recipe.model.f, sites / recipe.model.word);
  return { ...recipe, model: { ...recipe.model, f } };
}
