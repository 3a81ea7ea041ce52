import { type ImageShape, targetAll } from "../../data/images/tasks.ts";
import type { CountRanges } from "../../data/gp/counts.ts";
import { IMAGE_DIMS } from "../../models/process/dims.ts";
import type { ProcessName } from "../../models/process/registry.ts";
import type { ProcessRecipe } from "../../train/process/recipe.ts";
import { changedRecipe, type ProcessChanges, type ProcessSettings, startsFast } from "../process_settings.ts";
import type { Profile } from "../profiles.ts";

export type Range = CountRanges["context"];

/** Least context points of the authors' ranges [A, 2A] on CelebA. */
export const CELEBA_LEAST = [8, 16, 32, 64, 128, 256, 512] as const;

/** The same for digits, which have 64 pixels. */
export const DIGIT_LEAST = [4, 8, 16] as const;

/** How a profile trains and tests on images; everything else is as published in both. */
export interface ImageSettings extends Omit<ProcessSettings, "steps" | "finalBatches"> {
  /** Optimiser steps; or passes over the images to train on. */
  length: { steps: number } | { passes: number };
  /** Width of all layers, and of the latent variable; 128 as published. */
  width: number;
  /** Images of a training batch. */
  batch: number;
  /** The learning rate; twice as much for the variants that start fast, but not beyond 1e-3. */
  learningRate: number;
  /** Batches of 16 images that the trained model is tested on; null: all images that are for evaluation. */
  finalBatches: number | null;
}

export const IMAGE_SETTINGS: Record<Profile, ImageSettings> = {
  /**
   * A minute for each model on digits and two cores. At the published rate, and annealed, no model makes anything of its
   * context within 1,000 steps.
   */
  quick: {
    length: { steps: 1500 },
    width: 64,
    batch: 16,
    learningRate: 1e-3,
    schedule: "constant",
    parts: { context: 1, target: 1 },
    finalBatches: 22,
    curveBatches: 6,
    // As many as in the last test, so that one program serves both.
    curveSamples: 50,
    lookAt: (step) => [250, 500, 1000].includes(step),
  },
  /** As published for CelebA, where it is 365,400 steps: for a GPU. */
  paper: {
    length: { passes: 200 },
    width: 128,
    batch: 100,
    learningRate: 5e-4,
    schedule: "cosine",
    parts: { context: 4, target: 1 },
    finalBatches: null,
    curveBatches: 24,
    curveSamples: 20,
    lookAt: (step) => step % 20_000 === 0,
  },
};

/** The published range [A, 2A] of context points. */
export const imageContext = (least: number): Range => [least, 2 * least];

/** Ranges of counts; without a range of targets every pixel beyond the context is one. */
export function imageRanges(shape: ImageShape, context: Range, target?: Range): CountRanges {
  if (target) return { context, target };
  // What is left of too large a context is refused by its own name.
  const left = (count: number) => Math.max(1, targetAll(shape, count).target);
  return { context, target: [left(context[1]), left(context[0])] };
}

/** The recipe of a run. */
export function imageRecipe(
  model: ProcessName,
  { channels, count }: { channels: number; count: number },
  ranges: CountRanges,
  profile: Profile,
  seed: number,
  changes: ProcessChanges = {},
): ProcessRecipe {
  const settings = IMAGE_SETTINGS[profile];
  const { length, batch, width } = settings;
  const learningRate = startsFast(model) ? Math.min(1e-3, 2 * settings.learningRate) : settings.learningRate;
  const dims = { ...IMAGE_DIMS, dimY: channels, dimHid: width, dimLat: width };
  // The reference's passes end with a smaller batch.
  const steps = "steps" in length ? length.steps : length.passes * Math.ceil(count / batch);
  const fixed = { model, dims, span: [-1, 1] as const, learningRate, seed };
  return changedRecipe(fixed, ranges, { ...settings, steps }, changes);
}
