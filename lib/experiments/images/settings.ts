import { join } from "node:path";
import type { ImageShape } from "../../data/images/mod.ts";
import { targetAll } from "../../data/images/tasks.ts";
import type { CountRanges } from "../../data/task_source.ts";
import { IMAGE_DIMS } from "../../models/process/dims.ts";
import type { ProcessName } from "../../models/process/registry.ts";
import { ROOT } from "../../paths.ts";
import type { ProcessRecipe } from "../../train/process/recipe.ts";
import type { Changes } from "../experiment.ts";
import {
  AS_PUBLISHED,
  changedRecipe,
  changedTraining,
  type ProcessChanges,
  type ProcessSettings,
  type Range,
  startsFast,
  type TrainingSettings,
} from "../process_run.ts";
import type { Profile } from "../profiles.ts";

/** Least context points of the authors' ranges [A, 2A] on CelebA. */
const CELEBA_LEAST = [8, 16, 32, 64, 128, 256, 512];

export const CELEBA = `celeba:${join(ROOT, "data", "celeba")}`;

/** Images that the authors trained on: partitions 0 and 1, in colour. */
export const CELEBA_TRAIN = { height: 64, width: 64, channels: 3, count: 182_637 };

/** How a profile trains and tests on images; everything else is as published in both. */
interface ImageProfile extends Omit<ProcessSettings, "steps"> {
  /** Optimiser steps; or passes over the images to train on. */
  length: { steps: number } | { passes: number };
  /** Width of all layers, and of the latent variable; 128 as published. */
  width: number;
  /** The learning rate; twice as much for the variants that start fast, but not beyond 1e-3. */
  learningRate: number;
}

const PROFILES: Record<Profile, ImageProfile> = {
  /**
   * Half a minute for each model on digits and two cores. At the published rate, and annealed, no model makes anything of
   * its context within 1,000 steps.
   */
  quick: {
    length: { steps: 300 },
    width: 64,
    batch: 16,
    learningRate: 1e-3,
    schedule: "constant",
    parts: { context: 1, target: 1 },
    finalBatches: 22,
    curveBatches: 6,
    // As many as in the last test, so that one program serves both.
    curveSamples: 50,
    when: (step) => [250, 500, 1000].includes(step),
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
    when: (step) => step % 20_000 === 0,
  },
};

/** What a profile has for so many images to train on. */
export function imageProfile(profile: Profile, count: number): ProcessSettings {
  const { length, ...rest } = PROFILES[profile];
  // The reference's passes end with a smaller batch.
  const steps = "steps" in length ? length.steps : length.passes * Math.ceil(count / rest.batch);
  return { ...rest, steps };
}

/** Completion of images from some of their pixels (the authors' CelebA experiment). */
export interface ImageSettings extends TrainingSettings {
  /** "digits", "celeba:FOLDER" or "folder:PATH". */
  data: string;
  /** Height and width that images of folders are made to. */
  size: number[];
  /** Least context pixels A of each range [A, 2A]; `context` takes the place of all of them. */
  least: number[];
}

/**
 * The settings of a profile with changes. Without a range of targets all pixels beyond the context are, as in the
 * authors' runs.
 *
 * @throws UserError for an unknown model, with the nearest ones
 */
export function imageSettings(profile: Profile, changes?: Changes<ImageSettings>): ImageSettings {
  const defaults = profile === "quick"
    ? { data: "digits", models: ["canp", "ipnp"], least: [8] }
    : { data: CELEBA, models: ["canp", "banp", "anp", "cipnp", "ipnp"], least: CELEBA_LEAST };
  return changedTraining<ImageSettings>({ profile, ...AS_PUBLISHED, size: [64, 64], ...defaults }, changes);
}

export const contextsOf = ({ least, context }: ImageSettings): Range[] =>
  context ? [context] : least.map((one) => [one, 2 * one] as const);

/** Ranges of counts; without a range of targets every pixel beyond the context is one. */
export function imageRanges(shape: ImageShape, context: Range, target: Range | null): CountRanges {
  if (target) return { context, target };
  // What is left of too large a context is refused by its own name.
  const left = (count: number) => Math.max(1, targetAll(shape, count).target);
  return { context, target: [left(context[1]), left(context[0])] };
}

export function imageRecipe(
  model: ProcessName,
  { channels, count }: { channels: number; count: number },
  ranges: CountRanges,
  profile: Profile,
  seed: number,
  changes: Partial<ProcessChanges> = {},
): ProcessRecipe {
  const { width, learningRate: rate } = PROFILES[profile];
  const learningRate = startsFast(model) ? Math.min(1e-3, 2 * rate) : rate;
  const dims = { ...IMAGE_DIMS, dimY: channels, dimHid: width, dimLat: width };
  const fixed = { model, dims, span: [-1, 1] as const, learningRate, seed };
  return changedRecipe(fixed, ranges, imageProfile(profile, count), changes);
}
