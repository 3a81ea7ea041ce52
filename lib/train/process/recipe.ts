import type { CountRanges } from "../../data/task_source.ts";
import type { NeuralProcessDims } from "../../models/process/dims.ts";
import { createProcess, hasInducing, type Process, type ProcessName } from "../../models/process/registry.ts";
import type { Parts } from "./layout.ts";

/** Everything that makes the training of a neural process what it is, but its tasks. */
export interface ProcessRecipe {
  model: ProcessName;
  dims: NeuralProcessDims;
  /** h, the number of inducing points; null for models without them. The reference takes half of the least context. */
  induce: number | null;
  /** Where the places of inducing points start, of models that have such; the inputs' interval, [-2, 2] unless given. */
  span?: readonly [number, number];
  steps: number;
  learningRate: number;
  schedule: "cosine" | "constant";
  /** Latent samples or bootstraps in training (4 in the reference) and in evaluation (50). */
  samples: number;
  evalSamples: number;
  /** Sizes that counts are padded to. */
  parts: Parts;
  /** Of weights, tasks and noise. */
  seed: number;
}

/** Half of the least context, as in the reference; null for models without inducing points. */
export const publishedInduce = (
  model: ProcessName,
  { context }: Pick<CountRanges, "context">,
): number | null => hasInducing(model) ? Math.max(1, Math.floor(context[0] / 2)) : null;

export const processOf = ({ model, dims, induce, span, seed }: ProcessRecipe): Process =>
  createProcess(model, dims, induce ?? 1, seed, span);

/**
 * The key of the noise of a step or an evaluation batch. Tasks have the key (seed, number): these numbers must not be the
 * ones that the tasks were made of.
 */
export const noiseKey = (seed: number, number: number): [number, number] => [~seed, number];
