import type * as tf from "@tensorflow/tfjs-core";
import * as core from "@tensorflow/tfjs-core";
import { jit } from "../engine/mod.ts";

/** A second copy of some variables, on the device. */
export interface Snapshot {
  copies: tf.Variable[];
  /** Copies the variables. */
  take(): void;
  /** Copies them back. */
  restore(): void;
  dispose(): void;
}

export function createSnapshot(variables: readonly tf.Variable[]): Snapshot {
  const copies = variables.map((variable) => core.tidy(() => core.variable(core.zerosLike(variable), false)));
  const copy = (from: readonly tf.Variable[], to: readonly tf.Variable[]) =>
    jit(() => {
      from.forEach((variable, i) => to[i]!.assign(core.clone(variable)));
    });
  const take = copy(variables, copies);
  const restore = copy(copies, variables);
  return {
    copies,
    take,
    restore,
    dispose() {
      take.dispose();
      restore.dispose();
      core.dispose(copies);
    },
  };
}
