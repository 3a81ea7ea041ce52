import type * as tf from "@tensorflow/tfjs-core";
import type { HostArray } from "../../pjrt/buffer.ts";
import { dynamicSlice, dynamicUpdateSlice, index } from "../../stablehlo/control.ts";
import { check, type Node, splat, type TensorType } from "../../stablehlo/node.ts";
import { binary, broadcastTo, compare, convert, pad, select, slice } from "../../stablehlo/ops.ts";
import { toHostArray } from "../dtypes.ts";

/** What a kernel is given: its operands as nodes, by name or in a list, and tfjs's attributes. */
export interface KernelCall {
  /** The operand of that name. @throws Error if tfjs did not pass it. */
  input(name: string): Node;
  /** The operand of that name, if there is one. */
  optional(name: string): Node | undefined;
  /** The values of that operand, where they are known before a program runs. */
  atHand(name: string): ArrayLike<number> | undefined;
  /**
   * Numbers that may be others at the next call (a range, where a part begins): an input of eager programs, whose text
   * is then the same; undefined while a function is recorded, where they are part of the program.
   */
  varying(data: HostArray, type: TensorType): Node | undefined;
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

type Varying = KernelCall["varying"];

/** A number that may be another one at the next call, repeated to a shape. */
export function filled(varying: Varying, value: number, type: TensorType): Node {
  const { element, shape } = type;
  const number = element === "f32"
    ? Float32Array.of(value)
    : Int32Array.of(element === "i1" ? value ? 1 : 0 : value);
  const scalar = varying(toHostArray(number, element), { shape: [], element });
  return scalar ? broadcastTo(scalar, shape) : splat(value, type);
}

/** Where a part of `x` with these sizes begins, as i32 scalars; undefined where that is part of the program. */
function starts(varying: Varying, x: TensorType, begin: readonly number[], sizes: readonly number[]) {
  const nodes = begin.map((start, i) =>
    sizes[i] === x.shape[i] ? index(0) : varying(Int32Array.of(start), { shape: [], element: "i32" })
  );
  return nodes.every((node) => node !== undefined) && !sizes.includes(0) ? nodes : undefined;
}

/** The part of `x` from `begin` to `end`, which may be another one at the next call. */
export function part(varying: Varying, x: Node, begin: readonly number[], end: readonly number[]): Node {
  const fixed = slice(x, begin, end);
  const at = fixed === x ? undefined : starts(varying, x, begin, fixed.shape);
  return at ? dynamicSlice(x, at, fixed.shape) : fixed;
}

/** `x` with so many `value`s before and after it along each axis; how many before may differ at the next call. */
export function padded(
  varying: Varying,
  x: Node,
  value: number,
  low: readonly number[],
  high: readonly number[],
): Node {
  const fixed = pad(x, splat(value, { shape: [], element: x.element }), low, high);
  const at = starts(varying, fixed, low, x.shape);
  return at ? dynamicUpdateSlice(splat(value, fixed), x, at) : fixed;
}

/** Arithmetic on bool operands is arithmetic on 0 and 1. */
export const number = (x: Node): Node => x.element === "i1" ? convert(x, "i32") : x;

/** The operand of functions that exist for float32 alone. */
export const float = (x: Node): Node => convert(x, "f32");

/** The quotient; 0 for a division of integers by 0, as tfjs's int32 has it. */
export function quotient(a: Node, b: Node): Node {
  const divided = binary("divide", a, b);
  return a.element === "f32" ? divided : select(compare("EQ", b, like(b, 0)), like(b, 0), divided);
}

/** The axes an attribute names, all if it names none, none of them negative. @throws as tfjs for one out of range */
export function axesOf(axis: unknown, rank: number): number[] {
  const list = axis === undefined || axis === null
    ? Array.from({ length: rank }, (_, i) => i)
    : Array.isArray(axis)
    ? axis as number[]
    : [axis as number];
  for (const a of list) {
    check(
      a >= -rank && a < rank,
      () => `All values in axis param must be in range [-${rank}, ${rank}) but got axis ${a}`,
    );
  }
  return list.map((a) => a < 0 ? a + rank : a);
}

export type { tf };
