import * as tf from "@tensorflow/tfjs-core";
import { readSafetensors, type StoredTensor, writeSafetensors } from "../data/mod.ts";
import { UserError } from "../errors.ts";

/** Everything on the device that a training goes on from. */
interface KeptVariables {
  variables: readonly tf.Variable[];
  optimizer: readonly { name: string; variable: tf.Variable }[];
  /** The weights that did best so far, where they are looked for. */
  best?: readonly tf.Variable[];
}

function named({ variables, optimizer, best = [] }: KeptVariables): [string, tf.Variable][] {
  return [
    ...variables.map((v, i): [string, tf.Variable] => [`parameter/${i}`, v]),
    ...best.map((v, i): [string, tf.Variable] => [`best/${i}`, v]),
    ...optimizer.map(({ name, variable }): [string, tf.Variable] => [`optimizer/${name}`, variable]),
  ];
}

/** Format 1 had other histories. */
const described = (recipe: object): string => JSON.stringify({ format: 2, recipe });

/** Infinity and NaN are not JSON. */
const number = (value: number): number | string => Number.isFinite(value) ? value : String(value);

/** The state of a training in memory: what another one with the same model goes on from. */
export interface TrainingState {
  tensors: Map<string, StoredTensor>;
  /** How far it is, as JSON. */
  state: string;
}

/** Reads the state of a training from the device. @param state how far it is; JSON */
export async function takeState(state: object, kept: KeptVariables): Promise<TrainingState> {
  const tensors = new Map<string, StoredTensor>();
  for (const [name, variable] of named(kept)) {
    tensors.set(name, { dtype: "F32", shape: variable.shape, data: await variable.data() as Float32Array });
  }
  return {
    tensors,
    state: JSON.stringify(state, (_, value) => typeof value === "number" ? number(value) : value),
  };
}

/**
 * Goes on from a state.
 *
 * @param where names it in errors
 * @throws UserError if it is of another model
 */
export function restoreState(from: TrainingState, state: object, kept: KeptVariables, where: string): void {
  for (const [name, variable] of named(kept)) {
    const stored = from.tensors.get(name);
    if (!stored || stored.dtype !== "F32" || stored.shape.join() !== variable.shape.join()) {
      const found = stored ? `[${stored.shape}]` : "nothing";
      throw new UserError(`${where}: expected '${name}' of shape [${variable.shape}], found ${found}`);
    }
    const value = tf.tensor(stored.data, stored.shape, "float32");
    variable.assign(value);
    value.dispose();
  }
  const revive = (_: string, value: unknown) =>
    value === "Infinity" ? Infinity : value === "-Infinity" ? -Infinity : value === "NaN" ? NaN : value;
  Object.assign(state, JSON.parse(from.state, revive));
}

/**
 * Writes the state of a training, whole or not at all; one whose weights are no numbers any more is not written.
 *
 * @param recipe what the training is; JSON, as is `state`: how far it is
 */
export async function saveState(
  path: string,
  recipe: object,
  state: object,
  kept: KeptVariables,
): Promise<void> {
  const taken = await takeState(state, kept);
  const weights = [...taken.tensors.values()].slice(0, kept.variables.length);
  if (weights.some(({ data }) => !(data as Float32Array).every(Number.isFinite))) return;
  await writeSafetensors(path, taken.tensors, {
    kind: "spin training state",
    recipe: described(recipe),
    state: taken.state,
  });
}

/** Goes on from a saved state, if there is one. @throws UserError if it is damaged or does not fit */
export async function loadState(
  path: string,
  recipe: object,
  state: object,
  kept: KeptVariables,
): Promise<void> {
  if (!await Deno.stat(path).catch(() => undefined)) return;
  const { tensors, metadata } = await readSafetensors(path);
  if (metadata["recipe"] !== described(recipe)) {
    throw new UserError(`${path} is the state of a training with another recipe; remove it to start anew`);
  }
  restoreState({ tensors, state: metadata["state"]! }, state, kept, path);
}
