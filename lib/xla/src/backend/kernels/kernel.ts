import type * as tf from "@tensorflow/tfjs-core";
import { type Node, splat } from "../../stablehlo/node.ts";
import { convert } from "../../stablehlo/ops.ts";

/** What a kernel is given: its operands as nodes, by name or in a list, and tfjs's attributes. */
export interface KernelCall {
  /** The operand of that name. @throws Error if tfjs did not pass it. */
  input(name: string): Node;
  /** The operand of that name, if there is one. */
  optional(name: string): Node | undefined;
  /** The values of that operand, where they are known before a program runs. */
  atHand(name: string): ArrayLike<number> | undefined;
  /** All operands of kernels that take a list. */
  inputs(): Node[];
  // tfjs's attributes are a different record for each kernel; each kernel names the ones it reads.
  attrs: Record<string, unknown>;
}

/** A tfjs kernel: records the nodes that compute it. */
export type Kernel = (call: KernelCall) => Node | Node[];

/** Kernels by tfjs name. */
export type KernelTable = Record<string, Kernel>;

/** A scalar of the type of `x`, repeated to its shape. */
export const like = (x: Node, value: number): Node => splat(value, x);

/** Arithmetic on bool operands is arithmetic on 0 and 1. */
export const number = (x: Node): Node => x.element === "i1" ? convert(x, "i32") : x;

/** The operand of functions that exist for float32 alone. */
export const float = (x: Node): Node => convert(x, "f32");

/** The axes an attribute names, all if it names none, none of them negative. */
export function axesOf(axis: unknown, rank: number): number[] {
  const list = axis === undefined || axis === null
    ? Array.from({ length: rank }, (_, i) => i)
    : Array.isArray(axis)
    ? axis as number[]
    : [axis as number];
  return list.map((a) => a < 0 ? a + rank : a);
}

export type { tf };
