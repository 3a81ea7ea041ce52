import { sizeOf } from "../../src/stablehlo/node.ts";
import type * as tf from "@tensorflow/tfjs-core";
import { type Attributes, type Dtype, type Flow, type Leaf, tensorOf } from "./program.ts";
import type { Random } from "./random.ts";

/** What is known of a value while a program is being drawn. */
export interface Value {
  index: number;
  dtype: Dtype;
  shape: number[];
  /** Its smallest and largest element. */
  low: number;
  high: number;
  /**
   * Its elements are multiples of 2^-bits, so that sums and products of them are the same in any order and on any
   * engine. Infinity: the elements are the same everywhere, but not what is computed of them. undefined: rounding may
   * have made them different, and whatever jumps (comparisons, rounding, the largest of several) must not see them.
   */
  bits: number | undefined;
  /** At most so much does it change for a change of 1 in what it was computed from: rounding errors grow like that. */
  slope: number;
  flow: Flow;
  /** Its elements on tfjs's cpu engine. */
  tensor: tf.Tensor;
}

/** A use of an operation on values that exist. */
export interface Proposal {
  inputs: Value[];
  attrs?: Attributes;
  /** Of the result, if it is the same on all engines. */
  bits?: number;
  /** How much the result changes for a change of 1 in an operand: in any, or in each. 1 unless told. */
  slope?: number | number[];
  /** false: tfjs has no gradient for it. */
  gradient?: false;
}

/** An operation that programs are drawn from. */
export interface Op {
  /** A use of it in a program that is being drawn; undefined where none fits. */
  propose(draft: Draft): Proposal | undefined;
  /** What it computes. */
  run(inputs: tf.Tensor[], attrs: Attributes): tf.Tensor;
}

/** What an operand is to be like. */
export interface Wanted {
  dtype?: Dtype;
  /** The range its elements lie in; of float32 and int32. */
  within?: readonly [number, number];
  /** The same on all engines. */
  exact?: boolean;
  shape?: (shape: number[]) => boolean;
  /** The shape of a new leaf, where no value fits. */
  newShape?: () => number[];
}

/** A program that is being drawn: its values so far. */
export interface Draft extends Random {
  readonly values: readonly Value[];
  /** A value like that: one that is there, or a new leaf. */
  operand(wanted: Wanted): Value;
  /** A new leaf. */
  leaf(dtype: Dtype, shape: number[], within?: readonly [number, number]): Value;
  /** Any shape. */
  anyShape(least?: number, most?: number): number[];
}

const LENGTHS = [0, 1, 1, 1, 2, 2, 2, 3, 3, 3, 4, 4, 5, 7];
const MOST_ELEMENTS = 150;
const DTYPES: readonly Dtype[] = ["float32", "float32", "float32", "float32", "int32", "bool"];

/** Elements of a new leaf and the number of their fractional bits. */
function elements(
  random: Random,
  dtype: Dtype,
  size: number,
  within?: readonly [number, number],
): [number[], number] {
  if (dtype === "bool") return [Array.from({ length: size }, () => random.integer(0, 1)), 0];
  const [low, high] = within ?? [-3, 3];
  if (dtype === "int32") {
    return [Array.from({ length: size }, () => random.integer(Math.ceil(low), Math.floor(high))), 0];
  }
  const between = () => low + random.next() * (high - low);
  if (random.chance(0.3)) return [Array.from({ length: size }, () => Math.fround(between())), Infinity];
  const bits = high - low > 1 ? 3 : 5;
  const scale = 2 ** bits;
  return [
    Array.from(
      { length: size },
      () => random.integer(Math.ceil(low * scale), Math.floor(high * scale)) / scale,
    ),
    bits,
  ];
}

/** @param add takes a new leaf into the program */
export function createDraft(random: Random, values: readonly Value[], add: (leaf: Leaf) => Value): Draft {
  const anyShape: Draft["anyShape"] = (least = 0, most = 4) => {
    for (;;) {
      const shape = Array.from({ length: random.integer(least, most) }, () => random.choose(LENGTHS));
      if (sizeOf(shape) <= MOST_ELEMENTS) return shape;
    }
  };
  const leaf: Draft["leaf"] = (dtype, shape, within) => {
    const [numbers, bits] = elements(random, dtype, sizeOf(shape), within);
    return Object.assign(add({ dtype, shape, values: numbers }), { bits });
  };
  return {
    ...random,
    values,
    anyShape,
    leaf,
    operand({ dtype, within, exact, shape, newShape }) {
      const fitting = values.filter((value) =>
        (!dtype || value.dtype === dtype) && (!exact || value.bits !== undefined) &&
        (!shape || shape(value.shape)) &&
        (!within || value.low >= within[0] && value.high <= within[1] || sizeOf(value.shape) === 0)
      );
      if (fitting.length > 0 && random.chance(0.85)) {
        // Results rather than leaves, so that operations follow each other.
        return random.chance(0.5) ? fitting.at(-1)! : random.choose(fitting);
      }
      const type = dtype ?? (within && within[0] > 0 ? "float32" : random.choose(DTYPES));
      return leaf(type, newShape ? newShape() : anyShape(), within);
    },
  };
}

/** What is known of a tensor by looking at it. */
export function measure(tensor: tf.Tensor): Pick<Value, "dtype" | "shape" | "low" | "high" | "tensor"> {
  let [low, high] = [Infinity, -Infinity];
  for (const element of tensor.dataSync()) {
    // NaN stays: it is in no range.
    low = Math.min(low, element);
    high = Math.max(high, element);
  }
  return { dtype: tensor.dtype as Dtype, shape: [...tensor.shape], low, high, tensor };
}

export const leafValue = (leaf: Leaf, index: number): Value => ({
  ...measure(tensorOf(leaf)),
  index,
  bits: Infinity,
  slope: 1,
  flow: leaf.dtype === "float32" ? "smooth" : "none",
});
