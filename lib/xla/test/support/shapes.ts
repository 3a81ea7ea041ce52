import * as tf from "@tensorflow/tfjs-core";
import { bools, type Cases, floats, ints, one, two } from "./cases.ts";

const x = () => floats([2, 3, 4]);
const matrix = () => floats([3, 4]);

/** Operations that move, repeat and cut. */
export const shapeCases: Cases = {
  "reshape": one(x, (x) => tf.reshape(x, [4, -1]), true),
  "reshape of a scalar": one(() => floats([]), (x) => tf.reshape(x, [1, 1])),
  "expand dims": one(matrix, (x) => tf.expandDims(x, -1), true),
  "squeeze": one(() => floats([3, 1, 2]), (x) => tf.squeeze(x), true),
  "broadcast to": one(() => floats([3, 1]), (x) => tf.broadcastTo(x, [2, 3, 4]), true),
  "concat": two(matrix, () => floats([3, 2]), (a, b) => tf.concat([a, b], -1), true),
  "concat of bool": two(() => bools([2, 2]), () => bools([1, 2]), (a, b) => tf.concat([a, b], 0)),
  "concat of float32 after int32": two(
    () => ints([2]),
    () => tf.tensor1d([1.5, -2.7]),
    (a, b) => tf.concat([a, b]),
  ),
  "concat with an empty part": two(matrix, () => floats([0, 4]), (a, b) => tf.concat([b, a, b], 0)),
  "concat of empty parts": two(() => floats([0, 3]), () => floats([0, 4]), (a, b) => tf.concat([a, b], 1)),
  "stack": two(matrix, matrix, (a, b) => tf.stack([a, b], 1), true),
  "stack, last": two(matrix, matrix, (a, b) => tf.stack([a, b], -1)),
  "unstack": one(matrix, (x) => tf.unstack(x, -1), true),
  "split": one(matrix, (x) => tf.split(x, 2, 1), true),
  "split by sizes": one(matrix, (x) => tf.split(x, [1, 2], 0)),
  "slice": one(x, (x) => tf.slice(x, [0, 1, 1], [2, 2, -1]), true),
  "slice of nothing": one(matrix, (x) => tf.slice(x, [1, 0], [0, 4])),
  "pad": one(matrix, (x) => tf.pad(x, [[1, 0], [2, 1]], 7), true),
  "pad of int32": one(() => ints([3]), (x) => tf.pad(x, [[1, 2]])),
  "reverse": one(x, (x) => tf.reverse(x, [0, -1]), true),
  "reverse of a scalar": one(() => floats([]), (x) => tf.reverse(x)),
  "tile": one(matrix, (x) => tf.tile(x, [2, 3]), true),
  "tile of bool": one(() => bools([3]), (x) => tf.tile(x, [2])),
  "tile zero times": one(() => floats([3]), (x) => tf.tile(x, [0])),
  "transpose": one(x, (x) => tf.transpose(x, [2, 0, 1]), true),
  "transpose without order": one(matrix, (x) => tf.transpose(x)),
  "fill": one(matrix, (x) => tf.add(x, tf.fill([4], 2.5))),
  "fill of int32": one(() => ints([2]), (x) => tf.add(x, tf.fill([2], 3, "int32"))),
  "fill of nothing": one(() => floats([1]), (x) => tf.add(x, tf.fill([0], 3))),
  "zeros like": one(matrix, (x) => tf.zerosLike(x), true),
  "ones like": one(() => ints([3]), (x) => tf.onesLike(x)),
  "ones like bool": one(() => bools([3]), (x) => tf.onesLike(x)),
  "clone": one(matrix, (x) => tf.clone(x), true),
};

const operands = () => floats([2, 3, 4]);

/** Matrix products. */
export const productCases: Cases = {
  "matrix product": two(matrix, () => floats([4, 2]), (a, b) => tf.matMul(a, b), true),
  "matrix product, left transposed": two(matrix, () => floats([3, 2]), (a, b) => tf.matMul(a, b, true), true),
  "batched product over many rows": two(
    () => floats([2, 264, 3]),
    () => floats([2, 264, 2]),
    (a, b) => tf.matMul(a, b, true),
  ),
  "matrix product, both transposed": two(
    matrix,
    () => floats([2, 3]),
    (a, b) => tf.matMul(a, b, true, true),
    true,
  ),
  "batched product": two(operands, () => floats([2, 5, 4]), (a, b) => tf.matMul(a, b, false, true), true),
  "product with a broadcast batch": two(operands, () => floats([4, 2]), (a, b) => tf.matMul(a, b)),
  "product over an empty axis": two(() => floats([2, 0]), () => floats([0, 3]), (a, b) => tf.matMul(a, b)),
  "dot product": two(() => floats([4]), () => floats([4]), (a, b) => tf.dot(a, b), true),
  "einsum": two(operands, () => floats([2, 5, 4]), (a, b) => tf.einsum("bij,bkj->bik", a, b)),
  ...Object.fromEntries(
    (["linear", "relu", "relu6", "elu", "sigmoid", "leakyrelu", "prelu"] as const).map((activation) => [
      `fused product, ${activation}`,
      {
        inputs: () => [matrix(), floats([4, 2]), floats([2]), floats([2], 0.5)],
        run: (a: tf.Tensor, b: tf.Tensor, bias: tf.Tensor, slopes: tf.Tensor) =>
          tf.fused.matMul({
            a: a as tf.Tensor2D,
            b: b as tf.Tensor2D,
            bias,
            activation,
            preluActivationWeights: activation === "prelu" ? slopes : undefined,
            leakyreluAlpha: 0.25,
          }),
      },
    ]),
  ) as Cases,
};
