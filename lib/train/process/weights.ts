import * as tf from "@tensorflow/tfjs-core";
import { readSafetensors, type StoredTensor, writeSafetensors } from "../../data/safetensors.ts";
import { UserError } from "../../errors.ts";
import type { Process } from "../../models/process/registry.ts";
import { processOf, type ProcessRecipe } from "./recipe.ts";

const KIND = "neural process";

export interface StoredProcess {
  process: Process;
  recipe: ProcessRecipe;
  /** Whatever else was written beside the weights, by name: the record of the run that made them, and the like. */
  facts: Record<string, string>;
}

/**
 * Writes the weights of a process as one safetensors file, whole or not at all.
 *
 * @param half 16 bits a number, of half the size: predictions then differ in their third digit
 * @throws UserError if the file cannot be written.
 */
export async function saveProcess(
  path: string,
  { process, recipe }: { process: Process; recipe: ProcessRecipe },
  facts: Record<string, string> = {},
  half = false,
): Promise<void> {
  const tensors = new Map<string, StoredTensor>();
  for (const { name, shape, variable } of process.parameters) {
    const data = await variable.data() as Float32Array;
    tensors.set(
      name,
      half ? { dtype: "F16", shape, data: Float16Array.from(data) } : { dtype: "F32", shape, data },
    );
  }
  await writeSafetensors(path, tensors, { ...facts, kind: KIND, recipe: JSON.stringify(recipe) });
}

/** @throws UserError naming the file and what is wrong: absent, truncated, of another kind, other weights */
export async function loadProcess(
  path: string,
  { build }: { build?: (recipe: ProcessRecipe) => Process } = {},
): Promise<StoredProcess> {
  const { tensors, metadata } = await readSafetensors(path);
  const { kind, recipe: described, ...facts } = metadata;
  if (kind !== KIND || described === undefined) {
    throw new UserError(`${path}: expected the weights of a ${KIND}, found ${kind ? `a ${kind}` : "others"}`);
  }
  const recipe = JSON.parse(described) as ProcessRecipe;
  const process = build?.(recipe) ?? processOf(recipe);
  for (const { name, shape, variable } of process.parameters) {
    const stored = tensors.get(name);
    if (!stored || stored.shape.join() !== shape.join()) {
      throw new UserError(
        `${path}: expected "${name}" of shape [${shape}], found ${stored ? `[${stored.shape}]` : "nothing"}`,
      );
    }
    tf.tidy(() => variable.assign(tf.tensor(Float32Array.from(stored.data), shape, "float32")));
  }
  return { process, recipe, facts };
}
