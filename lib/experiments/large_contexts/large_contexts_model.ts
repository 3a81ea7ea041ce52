import { join } from "node:path";
import { readSafetensors } from "../../data/safetensors.ts";
import { gpSource } from "../../data/gp/mod.ts";
import { hasInducing, type Process, type ProcessName, streamOf } from "../../models/process/registry.ts";
import type { Stream } from "../../models/process/streaming.ts";
import { fitProcess } from "../../train/process/fit.ts";
import type { ProcessRecipe } from "../../train/process/recipe.ts";
import { loadProcess, type StoredProcess } from "../../train/process/weights.ts";
import { gpRanges, gpRecipe } from "../gp/gp_settings.ts";
import { KEPT_WEIGHTS, LOCAL_WEIGHTS } from "../profiles.ts";

/** A trained model that reads contexts of any size. */
export interface StreamedModel {
  model: ProcessName;
  stream: Stream;
  recipe: ProcessRecipe;
  /** How many numbers were trained. */
  parameters: number;
  /** What it was trained on, in words and numbers, and where its weights are from. */
  about: string;
  dispose(): void;
}

/** The model with the most steps among those that read in pieces and have weights in some folders, if there is one. */
export async function longestTrained(
  folders: readonly string[] = [KEPT_WEIGHTS, LOCAL_WEIGHTS],
): Promise<string | undefined> {
  let best: { path: string; steps: number } | undefined;
  for (const folder of folders) {
    for (const name of await namesIn(folder)) {
      if (!/^gp_.*\.safetensors$/.test(name)) continue;
      const path = join(folder, name);
      const { metadata } = await readSafetensors(path);
      const { model, steps } = JSON.parse(metadata["recipe"] ?? "{}") as Partial<ProcessRecipe>;
      if (!model || !hasInducing(model) || steps === undefined) continue;
      if (steps > (best?.steps ?? 0)) best = { path, steps };
    }
  }
  return best?.path;
}

async function namesIn(folder: string): Promise<string[]> {
  try {
    return (await Array.fromAsync(Deno.readDir(folder))).map(({ name }) => name).sort();
  } catch (error) {
    if (error instanceof Deno.errors.NotFound) return [];
    throw error;
  }
}

/** A trained model that reads its whole context at once. */
export interface WholeModel {
  model: ProcessName;
  process: Process;
  recipe: ProcessRecipe;
  parameters: number;
  about: string;
  dispose(): void;
}

/** In words, how a model of a file was trained. */
function trainingOf(path: string, { recipe, facts }: StoredProcess): string {
  const name = facts["record"] ?? path.split("/").at(-1)!;
  const range = /ctx-(\d+)-(\d+)/.exec(name);
  const trained = range ? `on ${range[1]} to ${range[2]} context points` : "on contexts not told";
  return `trained ${trained} for ${recipe.steps} steps`;
}

/** Reads the weights of any model. */
export async function loadWhole(path: string): Promise<WholeModel> {
  const stored = await loadProcess(path);
  const { process, recipe } = stored;
  return {
    model: recipe.model,
    process,
    recipe,
    parameters: process.parameters.reduce((sum, { count }) => sum + count, 0),
    about: trainingOf(path, stored),
    dispose: () => process.parameters.forEach((parameter) => parameter.dispose()),
  };
}

/** Reads the weights of a model. @throws UserError if it is none that can be streamed. */
export async function loadStreamed(path: string): Promise<StreamedModel> {
  const stored = await loadProcess(path);
  return streamed(stored.process, stored.recipe, trainingOf(path, stored));
}

/** A CIPNP trained for some minutes or less: for a workspace that has no weights of one yet. */
export async function brieflyTrained(steps: number, seed: number): Promise<StreamedModel> {
  const ranges = gpRanges(64);
  const recipe = gpRecipe("cipnp", ranges, "quick", seed, { steps, parts: { context: 1, target: 1 } });
  const source = gpSource({ kernel: "rbf", batch: 16, ...ranges });
  const { process, steps: taken } = await fitProcess(recipe, source, { label: "CIPNP, briefly" });
  source.dispose();
  return streamed(process, recipe, `trained on 64 to 128 context points for ${taken} steps only`);
}

/** The same weights, read in pieces. @throws UserError if the model needs all points at once. */
export function streamed(process: Process, recipe: ProcessRecipe, about: string): StreamedModel {
  const { parameters } = process;
  return {
    model: recipe.model,
    stream: streamOf(process, recipe.model),
    recipe,
    parameters: parameters.reduce((sum, { count }) => sum + count, 0),
    about,
    dispose: () => parameters.forEach((parameter) => parameter.dispose()),
  };
}
