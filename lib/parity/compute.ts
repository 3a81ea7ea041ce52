import type * as tf from "@tensorflow/tfjs-core";
import { jit } from "../engine/mod.ts";

/** Runs a computation of named tensors on the engine in use, compiled where it compiles, and reads the results. */
export async function computeNamed(
  compute: () => Record<string, tf.Tensor>,
): Promise<Map<string, Float32Array>> {
  const compiled = jit(compute);
  const named = Object.entries(compiled());
  const data = await Promise.all(named.map(([, tensor]) => tensor.data()));
  compiled.dispose();
  return new Map(named.map(([name], i) => [name, Float32Array.from(data[i]!)]));
}
