import * as tf from "@tensorflow/tfjs-core";
import { bools, type Cases, floats, ints, one, two } from "./cases.ts";

const x = () => floats([2, 3, 4]);
const withNaN = () => tf.tensor2d([1, NaN, 3, -Infinity, -1, 2], [2, 3]);
/** On the cpu engine a NaN in the first place stays the best: that is not followed, so it stands elsewhere. */
const ties = () => tf.tensor2d([1, 3, 3, 2, 2, 2, 0, NaN, 0], [3, 3]);

/** Operations that fold axes away, and the softmaxes. */
export const foldCases: Cases = {
  "sum of everything": one(x, (x) => tf.sum(x), true),
  "sum of a negative axis": one(x, (x) => tf.sum(x, -2), true),
  "sum of two axes, kept": one(x, (x) => tf.sum(x, [0, 2], true), true),
  "sum of many rows": one(() => floats([3, 100, 9]), (x) => tf.sum(x, [1, 0], true), true),
  "sum of no axis": one(x, (x) => tf.sum(x, [])),
  "sum of an empty axis": one(() => floats([0, 3]), (x) => tf.sum(x, 0)),
  "sum of int32": one(() => ints([4, 3]), (x) => tf.sum(x, 0)),
  "sum of bool": one(() => bools([4, 3]), (x) => tf.sum(x, 1)),
  "mean": one(x, (x) => tf.mean(x, 1), true),
  "mean, kept": one(x, (x) => tf.mean(x, [-1], true)),
  "mean of int32": one(() => ints([4, 3]), (x) => tf.mean(x)),
  "prod": one(() => floats([2, 3]), (x) => tf.prod(x, 1), true),
  "prod of int32": one(() => ints([2, 5]), (x) => tf.prod(x, 1, true)),
  "prod of bool": one(() => bools([2, 2]), (x) => tf.prod(x, 1)),
  "max": one(x, (x) => tf.max(x, -1), true),
  "max with NaN": one(withNaN, (x) => tf.max(x, 1)),
  "max of int32, kept": one(() => ints([4, 3]), (x) => tf.max(x, 0, true)),
  "min": one(x, (x) => tf.min(x, [0, 1]), true),
  "min with NaN": one(withNaN, (x) => tf.min(x, 0)),
  "min of int32": one(() => ints([4, 3]), (x) => tf.min(x)),
  "all": one(() => bools([4, 3]), (x) => tf.all(x, 0)),
  "all, kept": one(() => bools([4, 3]), (x) => tf.all(x, -1, true)),
  "any": one(() => bools([4, 3]), (x) => tf.any(x)),
  "arg max": one(() => floats([3, 5]), (x) => tf.argMax(x, 1)),
  "arg max of ties and NaN": one(ties, (x) => tf.argMax(x, 1)),
  "arg max of NaN alone": one(() => tf.fill([3], NaN), (x) => tf.argMax(x)),
  "arg max of int32": one(() => ints([3, 5], 2), (x) => tf.argMax(x, -1)),
  "arg max of an empty axis": one(() => floats([0, 3]), (x) => tf.argMax(x, 0)),
  "arg min": one(() => floats([3, 5]), (x) => tf.argMin(x, 0)),
  "arg min of ties and NaN": one(ties, (x) => tf.argMin(x, 1)),
  "softmax": one(x, (x) => tf.softmax(x), true),
  "softmax of large numbers": one(() => tf.tensor1d([1000, 1001, -1000]), (x) => tf.softmax(x)),
  "log softmax": one(x, (x) => tf.logSoftmax(x), true),
  "log sum exp": one(x, (x) => tf.logSumExp(x, 1), true),
  "norm": one(x, (x) => tf.norm(x, "euclidean", 1), true),
  "moments": one(x, (x) => tf.moments(x, [0, 1]).variance, true),
  "cross entropy": two(
    () => tf.softmax(floats([2, 3])),
    () => floats([2, 3], 1),
    (labels, logits) => tf.losses.softmaxCrossEntropy(labels, logits),
  ),
};
