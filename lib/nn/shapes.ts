import type * as tf from "@tensorflow/tfjs-core";

/**
 * Checks a shape where a layer begins; null stands for any length.
 *
 * @throws Error naming the place, the expected and the found shape.
 */
export function expectShape(where: string, x: tf.Tensor, expected: (number | null)[]): void {
  const { shape } = x;
  if (shape.length === expected.length && expected.every((n, i) => n === null || n === shape[i])) return;
  const wanted = expected.map((n) => n ?? "any").join(", ");
  throw new Error(`${where}: expected shape [${wanted}], found [${shape.join(", ")}].`);
}
