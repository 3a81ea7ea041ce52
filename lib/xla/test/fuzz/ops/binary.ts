import { sameShape } from "../../../src/stablehlo/node.ts";
import * as tf from "@tensorflow/tfjs-core";
import type { Dtype } from "../program.ts";
import type { Draft, Op, Proposal, Value, Wanted } from "../draft.ts";
import { broadcastWith, repeatsNothing, sameAs } from "./broadcast.ts";

type Run = (a: tf.Tensor, b: tf.Tensor) => tf.Tensor;

const extent = ({ low, high }: Value): number => Math.max(0, -low, high);

/** Fractional bits of what is computed of two exact values; Infinity stands for values that can't be computed with. */
function together(a: Value, b: Value, bits: (a: number, b: number) => number): number | undefined {
  if (a.bits === undefined || b.bits === undefined) return undefined;
  const result = bits(a.bits, b.bits);
  return result === Infinity ? undefined : result;
}

/**
 * Two numbers, float32 or int32 or one of each. Not two bools: tfjs's cpu engine gives a bool for their sum, and not the
 * same as other engines for their difference.
 */
function numbers(draft: Draft, first: Wanted = {}, second: Wanted = {}): [Value, Value] {
  const dtype = (): Dtype => draft.choose(["float32", "float32", "float32", "int32"]);
  const a = draft.operand({ dtype: dtype(), ...first });
  return [
    a,
    broadcastWith(draft, a, {
      dtype: a.dtype === "int32" ? dtype() : draft.choose(["float32", a.dtype, "int32"]),
      ...second,
    }),
  ];
}

const op = (run: Run, propose: (draft: Draft) => Proposal): Op => ({
  run: ([a, b]) => run(a!, b!),
  propose(draft) {
    const proposal = propose(draft);
    const [a, b] = proposal.inputs.map(({ shape }) => shape) as [number[], number[]];
    return repeatsNothing(a, b) ? { ...proposal, gradient: false } : proposal;
  },
});

const arithmetic = (
  run: Run,
  bits: (a: number, b: number) => number,
  slope: (a: Value, b: Value) => number[] = () => [1, 1],
): Op =>
  op(run, (draft) => {
    const [a, b] = numbers(draft);
    return { inputs: [a, b], bits: together(a, b, bits), slope: slope(a, b) };
  });

/** A bool from two values of any type that are the same on all engines. */
const comparison = (run: Run): Op =>
  op(run, (draft) => {
    const a = draft.operand({ exact: true });
    return { inputs: [a, broadcastWith(draft, a, { dtype: a.dtype, exact: true })], gradient: false };
  });

const logical = (run: Run): Op =>
  op(run, (draft) => {
    const a = draft.operand({ dtype: "bool" });
    return { inputs: [a, broadcastWith(draft, a, { dtype: "bool" })], gradient: false };
  });

/** tfjs has no gradients of these for operands that broadcast. */
const larger = (run: Run): Op =>
  op(run, (draft) => {
    const dtype = draft.choose(["float32", "int32"] as const);
    const a = draft.operand({ dtype, exact: true });
    const b = draft.chance(0.5)
      ? sameAs(draft, a, { dtype, exact: true })
      : broadcastWith(draft, a, { dtype, exact: true });
    return {
      inputs: [a, b],
      bits: Math.max(a.bits!, b.bits!),
      ...(sameShape(a.shape, b.shape) ? {} : { gradient: false }),
    };
  });

/** Divisors that are not near 0. */
const divisor = (draft: Draft, a: Value, wanted: Wanted): Value => {
  const within = draft.choose([[0.4, 20], [-20, -0.4]] as const);
  return broadcastWith(draft, a, { ...wanted, within });
};

/** Elementwise operations of two operands, which broadcast. */
export const binaryOps: Record<string, Op> = {
  add: arithmetic(tf.add, Math.max),
  sub: arithmetic(tf.sub, Math.max),
  mul: arithmetic(tf.mul, (a, b) => a + b, (a, b) => [extent(b), extent(a)]),
  squaredDifference: op(tf.squaredDifference, (draft) => {
    const a = draft.operand({ dtype: "float32" });
    const b = draft.chance(0.5)
      ? sameAs(draft, a, { dtype: "float32" })
      : broadcastWith(draft, a, { dtype: "float32" });
    return {
      inputs: [a, b],
      slope: 2 * (extent(a) + extent(b)),
      ...(sameShape(a.shape, b.shape) ? {} : { gradient: false }),
    };
  }),
  div: op(tf.div, (draft) => {
    const a = draft.operand({ dtype: "float32" });
    return { inputs: [a, divisor(draft, a, { dtype: "float32" })], slope: [2.5, 6.3 * extent(a)] };
  }),
  // The quotient of integers is rounded down.
  divInt: op(tf.div, (draft) => {
    const a = draft.operand({ dtype: "int32" });
    return { inputs: [a, divisor(draft, a, { dtype: "int32" })], bits: 0, gradient: false };
  }),
  floorDiv: op(tf.floorDiv, (draft) => {
    const dtype = draft.choose(["float32", "int32"] as const);
    const a = draft.operand({ dtype, exact: true });
    return { inputs: [a, divisor(draft, a, { dtype, exact: true })], gradient: false };
  }),
  mod: op(tf.mod, (draft) => {
    const dtype = draft.choose(["float32", "int32"] as const);
    const a = draft.operand({ dtype, exact: true });
    const b = divisor(draft, a, { dtype, exact: true });
    return { inputs: [a, b], bits: together(a, b, Math.max), slope: [1, 1 + 2.5 * extent(a)] };
  }),
  pow: op(tf.pow, (draft) => {
    const a = draft.operand({ dtype: "float32", within: [0.3, 3] });
    return { inputs: [a, broadcastWith(draft, a, { dtype: "float32", within: [-2, 2] })], slope: [75, 12] };
  }),
  powInt: op(tf.pow, (draft) => {
    const a = draft.operand({ dtype: "int32", within: [-4, 4] });
    return { inputs: [a, broadcastWith(draft, a, { dtype: "int32", within: [0, 4] })], gradient: false };
  }),
  atan2: op(tf.atan2, (draft) => {
    const a = draft.operand({ dtype: "float32", within: [0.4, 60] });
    return { inputs: [a, broadcastWith(draft, a, { dtype: "float32" })], slope: 2.5 };
  }),
  maximum: larger(tf.maximum),
  minimum: larger(tf.minimum),
  equal: comparison(tf.equal),
  notEqual: comparison(tf.notEqual),
  greater: comparison(tf.greater),
  greaterEqual: comparison(tf.greaterEqual),
  less: comparison(tf.less),
  lessEqual: comparison(tf.lessEqual),
  logicalAnd: logical(tf.logicalAnd),
  logicalOr: logical(tf.logicalOr),
  logicalXor: logical(tf.logicalXor),
  prelu: op(tf.prelu, (draft) => {
    const x = draft.operand({ dtype: "float32", exact: true });
    const slopes = draft.leaf("float32", draft.chance(0.5) ? x.shape : x.shape.slice(-1), [-1, 1]);
    return { inputs: [x, slopes], slope: [1, extent(x)] };
  }),
};
