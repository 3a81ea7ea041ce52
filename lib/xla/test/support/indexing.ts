import * as tf from "@tensorflow/tfjs-core";
import { bools, type Cases, floats, ints, one, two } from "./cases.ts";

const matrix = () => floats([4, 3]);
const rows = () => tf.tensor1d([3, 0, 0, 2, 1], "int32");

/** Operations that read or write by index, ranges and the largest values. */
export const indexingCases: Cases = {
  "gather": one(matrix, (x) => tf.gather(x, rows()), true),
  "gather, last axis": one(matrix, (x) => tf.gather(x, tf.tensor2d([[2, 0], [1, 1]], [2, 2], "int32"), -1)),
  "gather of bool": one(() => bools([4]), (x) => tf.gather(x, rows())),
  "gather nothing": one(matrix, (x) => tf.gather(x, tf.tensor1d([], "int32"))),
  "gather, batched": two(
    () => floats([2, 3, 4]),
    () => tf.tensor2d([[0, 2], [1, 1]], [2, 2], "int32"),
    (x, i) => tf.gather(x, i as tf.Tensor2D, 1, 1),
  ),
  "gather, batched over a later axis": two(
    () => floats([2, 3, 4]),
    () => tf.tensor2d([[0, 3], [1, 1]], [2, 2], "int32"),
    (x, i) => tf.gather(x, i as tf.Tensor2D, 2, 1),
  ),
  "gather by vectors": two(
    () => floats([2, 3, 4]),
    () => tf.tensor2d([[0, 2], [1, 1], [1, 0]], [3, 2], "int32"),
    (x, i) => tf.gatherND(x, i),
  ),
  "scatter": one(
    () => floats([3, 2]),
    (x) => tf.scatterND(tf.tensor2d([[4], [0], [4]], [3, 1], "int32"), x, [5, 2]),
  ),
  "scatter by a list": one(
    () => floats([4]),
    (x) => tf.scatterND(tf.tensor1d([4, 0, 4, 1], "int32"), x, [5]),
  ),
  "gather, negative batch axes": two(
    () => floats([2, 3]),
    () => tf.tensor2d([[0, 2], [1, 1]], [2, 2], "int32"),
    (x, i) => tf.gather(x, i as tf.Tensor2D, 1, -1),
  ),
  "segment sum": one(
    matrix,
    (x) => tf.unsortedSegmentSum(x, tf.tensor1d([2, 0, 2, 1], "int32"), 4),
    true,
  ),
  "segment sum, indices out of range": one(
    matrix,
    (x) => tf.unsortedSegmentSum(x, tf.tensor1d([2, -1, 2, 4], "int32"), 4),
  ),
  "one-hot": one(() => tf.tensor2d([[0, 2], [-1, 3]], [2, 2], "int32"), (x) => tf.oneHot(x, 3)),
  "one-hot with values": one(() => ints([5], 2), (x) => tf.oneHot(x, 3, 2.5, -1, "float32")),
  "top k": one(() => floats([3, 6]), (x) => {
    const { values, indices } = tf.topk(x, 3);
    return [values, indices];
  }),
  "top k of ties": one(() => tf.tensor1d([1, 3, 2, 3, 1, 3]), (x) => {
    const { values, indices } = tf.topk(x, 5);
    return [values, indices];
  }),
  "top k of zeros of either sign": one(() => tf.tensor1d([-1, -0, 0, -0, 0]), (x) => {
    const { values, indices } = tf.topk(x, 4);
    return [values, indices];
  }),
  "top k of int32": one(() => ints([2, 6]), (x) => {
    const { values, indices } = tf.topk(x, 6);
    return [values, indices];
  }),
  "range": one(() => floats([]), (x) => tf.add(x, tf.range(1, 10, 2.5))),
  "range downwards by default": one(() => floats([]), (x) => tf.add(x, tf.range(4, -2))),
  "range downwards": one(() => ints([]), (x) => tf.add(x, tf.range(5, 0, -2, "int32"))),
  "empty range": one(() => floats([]), (x) => tf.add(x, tf.range(3, 3))),
  "long range": one(() => floats([]), (x) => tf.add(x, tf.range(0, 3000, 0.5))),
  "long range of int32": one(() => ints([]), (x) => tf.add(x, tf.range(7, 9007, 2, "int32"))),
  "linspace": one(() => floats([]), (x) => tf.add(x, tf.linspace(-1, 2, 7))),
  "linspace of one": one(() => floats([]), (x) => tf.add(x, tf.linspace(4, 9, 1))),
  "long linspace": one(() => floats([]), (x) => tf.add(x, tf.linspace(-1, 1, 5001))),
};
