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
 * Chosen on the validation haplotypes of benchmark B1: the copying model's two numbers and the weight by R2, the network's
 * size by R2 at a given time.
 */
export const DEFAULT_SETTINGS: ImputeSettings = {
  recipe: {
    model: { ...DEFAULT_HAPLOTYPE_CONFIG, embedding: 8 },
    steps: 400,
    batch: 256,
    learningRate: 4e-3,
    warmup: 0.05,
    weightDecay: 0.01,
    rate: 4,
    noise: 0.005,
    seed: 0,
  },
  windows: { targets: 500, sites: 300, word: DEFAULT_HAPLOTYPE_CONFIG.word },
  weight: 0.4,
  ne: 1e5,
  mismatch: 0.003,
};

/** The recipe of a window, whose latent attributes are no more than its words. */
export function recipeFor(recipe: HaplotypeRecipe, sites: number): HaplotypeRecipe {
  const f = Math.min(recipe.model.f, sites / recipe.model.word);
  return { ...recipe, model: { ...recipe.model, f } };
}
