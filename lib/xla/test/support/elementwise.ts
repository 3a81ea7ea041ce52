import * as tf from "@tensorflow/tfjs-core";
import { bools, type Cases, floats, ints, one, specialValues, two } from "./cases.ts";

const x = () => floats([2, 3]);
/** Operands inside the domain of functions that are not defined everywhere. */
const positive = () => floats([2, 3], 0.9, 1);
const small = () => floats([2, 3], 0.9);
const above1 = () => floats([2, 3], 0.9, 2);

const differentiable: Record<string, [(x: tf.Tensor) => tf.Tensor, () => tf.Tensor]> = {
  abs: [tf.abs, x],
  acos: [tf.acos, small],
  acosh: [tf.acosh, above1],
  asin: [tf.asin, small],
  asinh: [tf.asinh, x],
  atan: [tf.atan, x],
  atanh: [tf.atanh, small],
  ceil: [tf.ceil, x],
  "clip by value": [(x) => tf.clipByValue(x, -1, 0.5), x],
  cos: [tf.cos, x],
  cosh: [tf.cosh, x],
  elu: [tf.elu, x],
  erf: [tf.erf, x],
  exp: [tf.exp, x],
  expm1: [tf.expm1, x],
  floor: [tf.floor, x],
  "leaky relu": [(x) => tf.leakyRelu(x, 0.3), x],
  log: [tf.log, positive],
  log1p: [tf.log1p, small],
  neg: [tf.neg, x],
  reciprocal: [tf.reciprocal, positive],
  relu: [tf.relu, x],
  relu6: [tf.relu6, () => floats([2, 3], 9)],
  round: [tf.round, x],
  rsqrt: [tf.rsqrt, positive],
  selu: [tf.selu, x],
  sigmoid: [tf.sigmoid, x],
  sign: [tf.sign, x],
  sin: [tf.sin, x],
  sinh: [tf.sinh, x],
  softplus: [tf.softplus, x],
  sqrt: [tf.sqrt, positive],
  square: [tf.square, x],
  step: [(x) => tf.step(x, 0.25), x],
  tan: [tf.tan, small],
  tanh: [tf.tanh, x],
};

const unary: Cases = Object.fromEntries(
  Object.entries(differentiable).flatMap(([name, [f, domain]]) => [
    [name, one(domain, f, true)],
    [`${name} of special values`, one(specialValues, f)],
  ]),
);

const ofIntegers: Cases = Object.fromEntries(
  Object.entries({
    abs: tf.abs,
    "clip by value": (x: tf.Tensor) => tf.clipByValue(x, -1.5, 2.5),
    "clip to infinity": (x: tf.Tensor) => tf.clipByValue(x, -Infinity, Infinity),
    exp: tf.exp,
    neg: tf.neg,
    reciprocal: tf.reciprocal,
    relu: tf.relu,
    relu6: tf.relu6,
    round: tf.round,
    sign: tf.sign,
    square: tf.square,
    step: (x: tf.Tensor) => tf.step(x, 2),
    "leaky relu": (x: tf.Tensor) => tf.leakyRelu(x, 0.5),
    "is finite": tf.isFinite,
    "is inf": tf.isInf,
    "is nan": tf.isNaN,
  }).map(([name, f]) => [`${name} of int32`, one(() => ints([2, 3]), f)]),
);

const arithmetic: Record<string, (x: tf.Tensor, y: tf.Tensor) => tf.Tensor> = {
  add: tf.add,
  div: tf.div,
  "floor div": tf.floorDiv,
  mod: tf.mod,
  mul: tf.mul,
  sub: tf.sub,
};

/** tfjs has no gradients of these for operands that broadcast. */
const ofEqualShapes = {
  maximum: tf.maximum,
  minimum: tf.minimum,
  "squared difference": tf.squaredDifference,
};

const comparisons: Record<string, (x: tf.Tensor, y: tf.Tensor) => tf.Tensor> = {
  equal: tf.equal,
  greater: tf.greater,
  "greater equal": tf.greaterEqual,
  less: tf.less,
  "less equal": tf.lessEqual,
  "not equal": tf.notEqual,
};

const binary: Cases = {
  ...Object.fromEntries(
    Object.entries(arithmetic).flatMap(([name, f]) => [
      [`${name}, broadcast`, two(() => floats([4, 1, 3]), () => floats([2, 1]), f, true)],
      [`${name} of int32`, two(() => ints([5, 5]), () => ints([5, 1], 3), f)],
    ]),
  ),
  ...Object.fromEntries(
    Object.entries(ofEqualShapes).flatMap(([name, f]) => [
      [name, two(() => floats([4, 3]), () => tf.reverse(floats([4, 3])), f, true)],
      [`${name}, broadcast`, two(() => ints([5, 5]), () => ints([5, 1], 3), f)],
    ]),
  ),
  ...Object.fromEntries(
    Object.entries({ ...arithmetic, ...ofEqualShapes, ...comparisons })
      // Infinity as an integer is what each engine likes.
      .filter(([name]) => name !== "floor div")
      .map((
        [name, f],
      ) => [`${name} of special values`, two(specialValues, () => tf.reverse(specialValues()), f)]),
  ),
  ...Object.fromEntries(
    Object.entries(comparisons).map(([name, f]) => [
      `${name} of int32`,
      two(() => ints([4, 5], 2), () => ints([5], 2), f),
    ]),
  ),
  "mod of a small number": two(() => floats([6], 1e-9), () => tf.tensor1d([3e9, -3e9, 1, -1, 5, -5]), tf.mod),
  "reciprocal of int32 with 0": one(() => tf.tensor1d([0, 1, -1, 7], "int32"), tf.reciprocal),
  "atan2": two(() => floats([4, 1]), () => floats([2]), tf.atan2, true),
  "add with a scalar": two(() => floats([]), () => floats([3]), tf.add, true),
  "add of empty arrays": two(() => floats([0, 3]), () => floats([1]), tf.add),
  "add of scalars": two(() => floats([]), () => floats([], 1, 2), tf.add),
  "equal of bool": two(() => bools([4, 3]), () => bools([3]), tf.equal),
  "less of bool": two(() => bools([4, 3]), () => bools([3]), tf.less),
  "pow": two(() => floats([2, 3], 0.9, 1), () => floats([3]), tf.pow, true),
  "pow of special values": two(specialValues, () => tf.reverse(specialValues()), tf.pow),
  "pow of int32": two(() => ints([4, 6], 3), () => ints([6], 3), tf.pow),
  "int32 with float32": two(() => ints([3]), () => floats([2, 3]), tf.add),
  "bool with float32": two(() => bools([3]), () => floats([2, 3]), tf.mul),
  "logical and": two(() => bools([3, 4]), () => bools([4]), tf.logicalAnd),
  "logical or": two(() => bools([3, 4]), () => bools([4]), tf.logicalOr),
  "logical xor": two(() => bools([3, 4]), () => bools([4]), tf.logicalXor),
  "logical not": one(() => bools([3, 4]), tf.logicalNot),
  "prelu": two(() => floats([2, 3]), () => floats([3]), tf.prelu, true),
  "prelu of int32": two(() => ints([2, 3]), () => floats([3]), tf.prelu),
  "add n": {
    inputs: () => [floats([2, 3]), floats([2, 3], 1), floats([2, 3], 2)],
    run: (...x) => tf.addN(x),
    gradient: true,
  },
  "where": {
    inputs: () => [floats([2, 3]), floats([3])],
    run: (a, b) => tf.where(bools([2, 3]), a!, b!),
    gradient: true,
  },
  "where, rows": two(() => floats([3, 2]), () => floats([3, 2], 1), (a, b) => tf.where(bools([3, 1]), a, b)),
  "where of int32 and float32": two(() => ints([3]), () => floats([3]), (a, b) => tf.where(bools([3]), a, b)),
  "where of bool": two(() => bools([3, 4]), () => bools([4]), (a, b) => tf.where(tf.logicalNot(b), a, b)),
};

const casts: Cases = {
  "float32 to int32": one(specialValues, (x) => tf.cast(tf.clipByValue(x, -100, 100), "int32")),
  "float32 to bool": one(specialValues, (x) => tf.cast(x, "bool")),
  "int32 to bool": one(() => ints([9], 2), (x) => tf.cast(x, "bool")),
  "int32 to float32": one(() => ints([9]), (x) => tf.cast(x, "float32")),
  "bool to float32": one(() => bools([9]), (x) => tf.cast(x, "float32")),
  "bool to int32": one(() => bools([9]), (x) => tf.cast(x, "int32")),
  "gradient through a cast": one(x, (x) => tf.cast(tf.cast(x, "float32"), "float32"), true),
  "is nan": one(specialValues, tf.isNaN),
  "is finite": one(specialValues, tf.isFinite),
  "is inf": one(specialValues, tf.isInf),
};

/** Elementwise operations, their types, and the values where they are easily wrong. */
export const elementwise: Cases = { ...unary, ...ofIntegers, ...binary, ...casts };
