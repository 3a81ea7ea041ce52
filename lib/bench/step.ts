import * as tf from "@tensorflow/tfjs-core";
import type { StoredTensor } from "../data/mod.ts";
import { jit, type ProgramMemory } from "../engine/mod.ts";
import type { Parameter } from "../nn/parameters.ts";

/** A training step that can be timed. */
export interface BenchStep {
  parameters: Parameter[];
  /** Weights and data by the names of the PyTorch twin. */
  tensors(): Promise<Map<string, StoredTensor>>;
  /** Takes one step and waits for its loss. */
  run(): Promise<number>;
  /** Of the compiled step, once it ran; undefined on engines that do not compile. */
  memory(): ProgramMemory | undefined;
}

export const LEARNING_RATE = 1e-3;

/**
 * Makes a training step out of what it computes: `step` updates variables and gives the loss, from a key for random
 * numbers and the number of the step, from 1.
 */
export function stepper(
  seed: number,
  step: (key: tf.Tensor1D, count: tf.Scalar) => tf.Scalar,
): Pick<BenchStep, "run" | "memory"> {
  const compiled = jit(step);
  let done = 0;
  const inputs = (): [tf.Tensor1D, tf.Scalar] => [
    tf.tensor1d([seed, done], "int32"),
    tf.scalar(done, "int32"),
  ];
  return {
    async run() {
      done++;
      const given = inputs();
      const loss = compiled(...given);
      const [value] = await loss.data();
      tf.dispose([loss, ...given]);
      return value!;
    },
    memory() {
      const given = inputs();
      const memory = compiled.memory(...given);
      tf.dispose(given);
      return memory;
    },
  };
}
