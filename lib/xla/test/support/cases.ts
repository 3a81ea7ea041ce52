import * as tf from "@tensorflow/tfjs-core";
import { sizeOf } from "../../src/stablehlo/node.ts";

/** One use of tfjs's operations, to be computed on two engines. */
export interface Case {
  /** Fresh operands on the engine in use. */
  inputs: () => tf.Tensor[];
  run: (...inputs: tf.Tensor[]) => tf.Tensor | tf.Tensor[];
  /** Compare the gradient of a weighted sum of the (first) result by all operands too. */
  gradient?: true;
}

export type Cases = Record<string, Case>;

/** Numbers in [-0.5, 0.5) that are always the same. */
function noise(n: number): number[] {
  let state = 12345 + n;
  return Array.from({ length: n }, () => {
    state = (Math.imul(state, 1103515245) + 12345) & 0x7fffffff;
    return state / 0x7fffffff - 0.5;
  });
}

/** float32 of `shape`, between `centre` ± `spread`. */
export const floats = (shape: number[], spread = 3, centre = 0): tf.Tensor =>
  tf.tensor(noise(sizeOf(shape)).map((x) => centre + 2 * spread * x), shape, "float32");

/** int32 of `shape`, between -`spread` and `spread`. */
export const ints = (shape: number[], spread = 5): tf.Tensor =>
  tf.tensor(noise(sizeOf(shape)).map((x) => Math.round(2 * spread * x)), shape, "int32");

export const bools = (shape: number[]): tf.Tensor =>
  tf.tensor(noise(sizeOf(shape)).map((x) => x > 0), shape, "bool");

/** Values at which implementations differ if they differ anywhere. */
export const specialValues = (): tf.Tensor =>
  tf.tensor([NaN, Infinity, -Infinity, 0, -0, 0.5, -0.5, 1.5, 2.5, -1.5, -2.5, 1, -1, 20, -20, 1e-8], [16]);

/** A case with one operand. */
export const one = (
  input: () => tf.Tensor,
  run: (x: tf.Tensor) => tf.Tensor | tf.Tensor[],
  gradient?: true,
): Case => ({ inputs: () => [input()], run: (x) => run(x!), gradient });

/** A case with two operands. */
export const two = (
  left: () => tf.Tensor,
  right: () => tf.Tensor,
  run: (x: tf.Tensor, y: tf.Tensor) => tf.Tensor | tf.Tensor[],
  gradient?: true,
): Case => ({ inputs: () => [left(), right()], run: (x, y) => run(x!, y!), gradient });
