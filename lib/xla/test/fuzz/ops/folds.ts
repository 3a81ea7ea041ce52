import { sizeOf } from "../../../src/stablehlo/node.ts";
import * as tf from "@tensorflow/tfjs-core";
import type { Draft, Op, Value, Wanted } from "../draft.ts";
import type { Attributes } from "../program.ts";

type Fold = (x: tf.Tensor, axes: number[], keepDims: boolean) => tf.Tensor;

/** Some axes of a value, by numbers from either end. */
function someAxes(draft: Draft, { shape }: Value, least = 0): number[] {
  const count = draft.integer(Math.min(least, shape.length), shape.length);
  const axes = draft.shuffle(shape.map((_, i) => i)).slice(0, count).sort((a, b) => a - b);
  return axes.map((axis) => draft.chance(0.2) ? axis - shape.length : axis);
}

const folded = ({ shape }: Value, axes: readonly number[]): number =>
  sizeOf(axes.map((axis) => shape[axis < 0 ? axis + shape.length : axis]!));

interface FoldOptions {
  wanted: Wanted;
  /** Whether the folded axes may be empty. */
  empty?: boolean;
  bits?: (x: Value, count: number) => number | undefined;
  slope?: (x: Value, count: number) => number;
  gradient?: (axes: readonly number[]) => boolean;
}

function fold(run: Fold, { wanted, empty, bits, slope, gradient }: FoldOptions): Op {
  return {
    run: ([x], { axes, keepDims }: Attributes) => run(x!, axes as number[], keepDims as boolean),
    propose(draft) {
      const x = draft.operand(wanted);
      const axes = someAxes(draft, x, 1);
      const count = folded(x, axes);
      if (!empty && count === 0) return undefined;
      return {
        inputs: [x],
        attrs: { axes, keepDims: draft.chance(0.5) },
        bits: bits?.(x, count),
        slope: slope?.(x, count),
        ...(gradient?.(axes) === false ? { gradient: false } : {}),
      };
    },
  };
}

const never = () => false;
const keeps = (x: Value) => x.bits;
const sums = ({ bits }: Value) => bits === Infinity ? undefined : bits;
const ofFloat: Wanted = { dtype: "float32" };
const exactFloat: Wanted = { dtype: "float32", exact: true };
/** Not of empty axes, where tfjs's cpu engine gives false for `all`. */
const ofBool: FoldOptions = { wanted: { dtype: "bool" }, gradient: never };
const ofInt: FoldOptions = { wanted: { dtype: "int32" }, gradient: never };

/** The place of the largest or smallest element. */
const place = (run: (x: tf.Tensor, axis: number) => tf.Tensor): Op => ({
  run: ([x], { axis }) => run(x!, axis as number),
  propose(draft) {
    const x = draft.operand({
      dtype: draft.choose(["float32", "int32"]),
      exact: true,
      shape: (shape) => shape.length > 0,
      newShape: () => draft.anyShape(1),
    });
    const axis = draft.integer(0, x.shape.length - 1);
    if (x.shape[axis] === 0) return undefined;
    return { inputs: [x], attrs: { axis }, gradient: false };
  },
});

const filled = (draft: Draft): Value | undefined => {
  const x = draft.operand({
    dtype: "float32",
    shape: (shape) => shape.length > 0,
    newShape: () => draft.anyShape(1),
  });
  return sizeOf(x.shape) > 0 ? x : undefined;
};

/** A function of whole rows along the last axis. */
const rows = (run: (x: tf.Tensor) => tf.Tensor, slope: number): Op => ({
  run: ([x]) => run(x!),
  propose(draft) {
    const x = filled(draft);
    return x && { inputs: [x], slope };
  },
});

/** Running sums and products. */
const running = (
  run: (x: tf.Tensor, axis: number, exclusive: boolean, reverse: boolean) => tf.Tensor,
  wanted: Wanted,
  gradient?: false,
): Op => ({
  run: ([x], { axis, exclusive, reverse }) =>
    run(x!, axis as number, exclusive as boolean, reverse as boolean),
  propose(draft) {
    const x = draft.operand({
      ...wanted,
      shape: (shape) => shape.length > 0,
      newShape: () => draft.anyShape(1),
    });
    const axis = draft.integer(0, x.shape.length - 1);
    return {
      inputs: [x],
      attrs: { axis, exclusive: draft.chance(0.5), reverse: draft.chance(0.5) },
      slope: Math.max(1, x.shape[axis]!),
      // Along other axes tfjs transposes the gradient, which then is that of something else.
      ...(gradient === false || axis < x.shape.length - 1 ? { gradient: false as const } : {}),
    };
  },
});

/** Operations that fold axes away, and the softmaxes. */
export const foldOps: Record<string, Op> = {
  sum: fold(tf.sum, { wanted: ofFloat, empty: true, bits: sums, slope: (_, count) => Math.max(1, count) }),
  sumInt: fold(tf.sum, { ...ofInt, empty: true }),
  mean: fold(tf.mean, { wanted: ofFloat }),
  prod: fold(tf.prod, {
    wanted: { dtype: "float32", within: [-1.5, 1.5] },
    empty: true,
    slope: ({ low, high }, count) => count * Math.max(1, -low, high) ** (count - 1),
    // tfjs's gradient is an error for axes that are counted from the end.
    gradient: (axes) => axes.every((axis) => axis >= 0),
  }),
  prodInt: fold(tf.prod, { ...ofInt, wanted: { dtype: "int32", within: [-3, 3] }, empty: true }),
  max: fold(tf.max, { wanted: exactFloat, bits: keeps }),
  maxInt: fold(tf.max, ofInt),
  min: fold(tf.min, { wanted: exactFloat, bits: keeps }),
  minInt: fold(tf.min, ofInt),
  all: fold(tf.all, ofBool),
  any: fold(tf.any, ofBool),
  variance: fold((x, axes, keepDims) => tf.moments(x, axes, keepDims).variance, {
    wanted: ofFloat,
    slope: ({ low, high }) => 2 * (high - low),
  }),
  logSumExp: fold(tf.logSumExp, { wanted: ofFloat }),
  argMax: place(tf.argMax),
  argMin: place(tf.argMin),
  softmax: rows((x) => tf.softmax(x), 1),
  logSoftmax: rows((x) => tf.logSoftmax(x), 2),
  cumsum: running(tf.cumsum, ofFloat),
  cumsumInt: running(tf.cumsum, { dtype: "int32" }, false),
};
