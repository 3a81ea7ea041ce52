import type * as tf from "@tensorflow/tfjs-core";

/** Runs a computation on tensors, as it is or compiled. */
export type Run = (compute: () => tf.Tensor[]) => tf.Tensor[];

/** Runs a computation of named tensors and brings the results to the host. */
export async function computeNamed(
  run: Run,
  compute: () => Record<string, tf.Tensor>,
): Promise<Map<string, Float32Array>> {
  let names: string[] = [];
  const tensors = run(() => {
    const named = compute();
    names = Object.keys(named);
    return Object.values(named);
  });
  const data = await Promise.all(tensors.map((tensor) => tensor.data()));
  return new Map(names.map((name, i) => [name, Float32Array.from(data[i]!)]));
}
