import * as tf from "@tensorflow/tfjs-core";
import type { Op, Value } from "../draft.ts";

type Run = (x: tf.Tensor) => tf.Tensor;

/** The larger of the absolute bounds of a value; 0 if it is empty. */
const extent = ({ low, high }: Value): number => Math.max(0, -low, high);

/** A smooth function of float32, within a range where it changes at most by `slope`. */
function smooth(run: Run, within: [number, number], slope: number | ((x: Value) => number) = 1): Op {
  return {
    run: ([x]) => run(x!),
    propose(draft) {
      const x = draft.operand({ dtype: "float32", within });
      return { inputs: [x], slope: typeof slope === "number" ? slope : slope(x) };
    },
  };
}

/** A function with steps or bends: of values that are the same on all engines. `bits` of the result as of the operand. */
const bent = (run: Run, slope = 1, bits?: (x: number) => number | undefined): Op => ({
  run: ([x]) => run(x!),
  propose(draft) {
    const x = draft.operand({ dtype: "float32", exact: true });
    return { inputs: [x], bits: bits ? bits(x.bits!) : x.bits, slope };
  },
});

const whole = () => 0;
const inexact = () => undefined;

/** Functions of int32, as far as tfjs's cpu engine does not cut their results off. */
const ofInt = (run: Run, most = 1000): Op => ({
  run: ([x]) => run(x!),
  propose: (draft) => ({
    inputs: [draft.operand({ dtype: "int32", within: [-most, most] })],
    bits: 0,
    gradient: false,
  }),
});

/** Questions about float32 and the conversions; tfjs has gradients of conversions that keep real numbers only. */
const cast = (to: "float32" | "int32" | "bool"): Op => ({
  run: ([x]) => tf.cast(x!, to),
  propose(draft) {
    const x = draft.operand({ exact: true });
    return {
      inputs: [x],
      bits: to === "float32" ? x.bits : 0,
      ...(to === "float32" && x.dtype === "float32" ? {} : { gradient: false }),
    };
  },
});

const question = (run: Run): Op => ({
  run: ([x]) => run(x!),
  propose: (draft) => ({ inputs: [draft.operand({ dtype: "float32" })], gradient: false }),
});

const FAR: [number, number] = [-60, 60];

/** Elementwise operations of one operand. */
export const unaryOps: Record<string, Op> = {
  abs: bent(tf.abs),
  acos: smooth(tf.acos, [-0.9, 0.9], 2.3),
  acosh: smooth(tf.acosh, [1.2, 60], 1.6),
  asin: smooth(tf.asin, [-0.9, 0.9], 2.3),
  asinh: smooth(tf.asinh, FAR),
  atan: smooth(tf.atan, FAR),
  atanh: smooth(tf.atanh, [-0.9, 0.9], 5.3),
  castToBool: cast("bool"),
  castToFloat: cast("float32"),
  castToInt: cast("int32"),
  ceil: bent(tf.ceil, 1, whole),
  clip: bent((x) => tf.clipByValue(x, -1, 1.5), 1, (bits) => Math.max(bits, 1)),
  cos: smooth(tf.cos, FAR),
  cosh: smooth(tf.cosh, [-2.5, 2.5], 6.1),
  elu: smooth(tf.elu, FAR),
  erf: smooth(tf.erf, [-8, 8], 1.2),
  exp: smooth(tf.exp, [-8, 2.5], ({ high }) => Math.exp(Math.max(0, high))),
  expm1: smooth(tf.expm1, [-8, 2.5], ({ high }) => Math.exp(Math.max(0, high))),
  floor: bent(tf.floor, 1, whole),
  leakyRelu: bent((x) => tf.leakyRelu(x, 0.25), 1, (bits) => bits + 2),
  log: smooth(tf.log, [0.2, 60], 5),
  log1p: smooth(tf.log1p, [-0.8, 60], 5),
  neg: bent(tf.neg),
  negInexact: smooth(tf.neg, FAR),
  reciprocal: smooth(tf.reciprocal, [0.4, 60], 6.3),
  reciprocalNegative: smooth(tf.reciprocal, [-60, -0.4], 6.3),
  relu: bent(tf.relu),
  relu6: bent(tf.relu6),
  round: bent(tf.round, 1, whole),
  rsqrt: smooth(tf.rsqrt, [0.3, 60], 3.1),
  selu: bent(tf.selu, 1.8, inexact),
  sigmoid: smooth(tf.sigmoid, FAR),
  sign: bent(tf.sign, 1, whole),
  sin: smooth(tf.sin, FAR),
  sinh: smooth(tf.sinh, [-2.5, 2.5], 6.1),
  softplus: smooth(tf.softplus, FAR),
  sqrt: smooth(tf.sqrt, [0.2, 60], 1.2),
  square: smooth(tf.square, [-8, 8], (x) => 2 * extent(x)),
  step: bent((x) => tf.step(x, 0.25), 1, () => 2),
  tan: smooth(tf.tan, [-1, 1], 3.5),
  tanh: smooth(tf.tanh, FAR),
  isNaN: question(tf.isNaN),
  isFinite: question(tf.isFinite),
  isInf: question(tf.isInf),
  absInt: ofInt(tf.abs),
  clipInt: ofInt((x) => tf.clipByValue(x, -2, 3)),
  negInt: ofInt(tf.neg),
  reluInt: ofInt(tf.relu),
  relu6Int: ofInt(tf.relu6),
  roundInt: ofInt(tf.round),
  signInt: ofInt(tf.sign),
  squareInt: ofInt(tf.square),
  stepInt: ofInt((x) => tf.step(x, 2)),
  logicalNot: {
    run: ([x]) => tf.logicalNot(x!),
    propose: (draft) => ({ inputs: [draft.operand({ dtype: "bool" })], gradient: false }),
  },
};
