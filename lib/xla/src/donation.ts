import type * as tf from "@tensorflow/tfjs-core";
import type { XlaBackend } from "./backend/backend.ts";
import { type Node, sameShape } from "./stablehlo/node.ts";

/**
 * Which results may be written into the memory of donated arguments: each of the same type, each used once.
 *
 * @param arguments_ leaves of the donated arguments
 * @param results the program's outputs that are results of the function
 * @returns index of the result by the argument's value
 */
export function pairDonations(
  arguments_: readonly Node[],
  results: readonly Node[],
): Map<object, number> {
  const pairs = new Map<object, number>();
  const taken = new Set<number>();
  for (const { leaf, shape, element } of arguments_) {
    const index = results.findIndex((result, i) =>
      !taken.has(i) && result.element === element && sameShape(result.shape, shape)
    );
    if (index < 0) continue;
    taken.add(index);
    pairs.set(leaf!, index);
  }
  return pairs;
}

/** @throws Error if the memory of a tensor that is to be donated is needed by somebody else. */
export function checkDonation(
  backend: XlaBackend,
  name: string,
  args: readonly tf.Tensor[],
  donated: readonly number[],
): void {
  for (const index of donated) {
    const { dataId, dtype, shape } = args[index]!;
    const what = `${name}: the tensor ${dtype} [${shape}] can't be donated`;
    if (args.some((other, i) => i !== index && other.dataId === dataId)) {
      throw new Error(`${what} and be another argument of the same call, too`);
    }
    const storage = backend.storageOf(dataId);
    if (backend.refCount(dataId) > 1 || storage.shared) {
      throw new Error(
        `${what}: a clone, a reshaped tensor or a variable shares its memory, or a compiled function has it built in`,
      );
    }
  }
}
