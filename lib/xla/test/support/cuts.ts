import * as tf from "@tensorflow/tfjs-core";
import { bools, type Cases, floats, ints, one, two } from "./cases.ts";

const x = () => floats([3, 4, 5]);
const as4 = (x: tf.Tensor) => x as tf.Tensor4D;

/** Running sums, strided slices, mirrored borders, blocks and Einstein's sums. */
export const cuts: Cases = {
  "running sum": one(x, (x) => tf.cumsum(x, 1)),
  "running sum, exclusive": one(x, (x) => tf.cumsum(x, 2, true), true),
  "running sum, reverse": one(() => floats([4, 4]), (x) => tf.cumsum(x, 0, false, true), true),
  "running sum, exclusive and reverse": one(x, (x) => tf.cumsum(x, 2, true, true), true),
  "running sum of int32": one(() => ints([7]), (x) => tf.cumsum(x)),
  "running sum of bool": one(() => bools([7]), (x) => tf.cumsum(x)),
  "running sum of nothing": one(() => floats([2, 0]), (x) => tf.cumsum(x, 1)),
  "long running sum": one(() => floats([700], 0.01, 0.01), (x) => tf.cumsum(x)),
  "running product": one(() => floats([3, 4], 1), (x) => tf.cumprod(x, 1)),
  "running product, exclusive and reverse": one(() => floats([3, 4], 1), (x) => tf.cumprod(x, 0, true, true)),
  "strided slice": one(x, (x) => tf.stridedSlice(x, [0, 1, 4], [3, 4, 0], [2, 1, -2])),
  "strided slice with masks": one(x, (x) => tf.stridedSlice(x, [1, 1], [2, 2], [1, 1], 1, 2, 0, 0, 0)),
  "strided slice with new and lost axes": one(
    x,
    (x) => tf.stridedSlice(x, [0, 1, 1], [1, 2, 3], [1, 1, 1], 0, 0, 0, 1, 2),
  ),
  "strided slice with an ellipsis": one(x, (x) => tf.stridedSlice(x, [0, 1], [0, 3], [1, 1], 0, 0, 1, 0, 0)),
  "empty strided slice": one(x, (x) => tf.stridedSlice(x, [2, 3, 1], [1, 3, 4], [1, 1, 1])),
  "mirror pad, reflect": one(x, (x) => tf.mirrorPad(x, [[1, 2], [0, 0], [2, 1]], "reflect")),
  "mirror pad, symmetric": one(x, (x) => tf.mirrorPad(x, [[1, 3], [4, 0], [0, 1]], "symmetric")),
  "space to batch": one(
    () => floats([2, 3, 4, 2]),
    (x) => tf.spaceToBatchND(x, [2, 2], [[1, 0], [0, 0]]),
    true,
  ),
  "batch to space": one(
    () => floats([8, 2, 3, 2]),
    (x) => tf.batchToSpaceND(x, [2, 2], [[1, 0], [0, 2]]),
    true,
  ),
  "depth to space": one(() => floats([2, 2, 3, 8]), (x) => tf.depthToSpace(as4(x), 2)),
  "einsum of one array": one(x, (x) => tf.einsum("ijk->ki", x)),
  "einsum, a matrix for all": two(x, () => floats([5, 2]), (a, b) => tf.einsum("ijk,kl->ilj", a, b)),
  "einsum, outer product": two(() => floats([3]), () => floats([2]), (a, b) => tf.einsum("i,j->ji", a, b)),
  "einsum, batches": two(x, () => floats([3, 4, 2]), (a, b) => tf.einsum("bij,bik->kbj", a, b)),
  "bitwise and": two(() => ints([6]), () => ints([6], 9), (a, b) => tf.bitwiseAnd(a, b)),
};
