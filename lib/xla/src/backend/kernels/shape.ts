import { backend_util, slice_util } from "@tensorflow/tfjs-core";
import { check, type Node, sizeOf, typeText } from "../../stablehlo/node.ts";
import {
  broadcastInDim,
  concatenate,
  convert,
  reshape,
  reverse,
  slice,
  transpose,
} from "../../stablehlo/ops.ts";
import { barrier } from "../../stablehlo/control.ts";
import { elementOf } from "../dtypes.ts";
import { axesOf, filled, type KernelTable, like, padded, part, type tf } from "./kernel.ts";

/** Kernels that move, repeat and cut. */

function insertAxis(x: Node, axis: number): Node {
  check(axis >= 0 && axis <= x.shape.length, () => `new axis ${axis} in ${typeText(x)}`);
  return reshape(x, [...x.shape.slice(0, axis), 1, ...x.shape.slice(axis)]);
}

/** From so many parts on, what is cut is computed once and not again for each part, and what is joined is copied. */
const MANY_PARTS = 4;

/** Parts of the given lengths along an axis. */
function split(x: Node, lengths: readonly number[], axis: number): Node[] {
  let start = 0;
  return lengths.map((length) => {
    const begin = x.shape.map((_, i) => i === axis ? start : 0);
    const end = x.shape.map((n, i) => i === axis ? start + length : n);
    start += length;
    return slice(x, begin, end);
  });
}

/** Repeats `x` along every axis: each axis becomes two, the repetition and the axis itself. */
function tile(x: Node, reps: readonly number[]): Node {
  const wide = reps.flatMap((r, i) => [r, x.shape[i]!]);
  return reshape(
    broadcastInDim(x, x.shape.map((_, i) => 2 * i + 1), wide),
    x.shape.map((n, i) => n * reps[i]!),
  );
}

export const shapeKernels: KernelTable = {
  Concat: ({ inputs, attrs }) => {
    const given = inputs();
    const all = given.map((x) => convert(x, given[0]!.element));
    const [axis] = axesOf(attrs["axis"] ?? 0, all[0]!.shape.length) as [number];
    backend_util.assertParamsConsistent(all.map(({ shape }) => [...shape]), axis);
    const filled = all.filter((x) => sizeOf(x.shape) > 0);
    if (filled.length < MANY_PARTS) return concatenate(filled.length > 0 ? filled : all, axis);
    return barrier([concatenate(barrier(filled), axis)])[0]!;
  },
  ExpandDims: ({ input, attrs }) => {
    const x = input("input");
    const dim = attrs["dim"] as number;
    return insertAxis(x, dim < 0 ? x.shape.length + dim + 1 : dim);
  },
  Fill: ({ attrs, varying }) => {
    const value = attrs["value"] as number;
    const dtype = (attrs["dtype"] as tf.DataType | undefined) ?? "float32";
    return filled(varying, value, { shape: attrs["shape"] as number[], element: elementOf(dtype) });
  },
  OnesLike: ({ input }) => like(input("x"), 1),
  Pack: ({ inputs, attrs }) => {
    const all = inputs();
    const [axis] = axesOf(attrs["axis"] ?? 0, all[0]!.shape.length + 1) as [number];
    return concatenate(all.map((x) => insertAxis(x, axis)), axis);
  },
  PadV2: ({ input, attrs, varying }) => {
    const paddings = attrs["paddings"] as [number, number][];
    const value = attrs["constantValue"] as number;
    return padded(varying, input("x"), value, paddings.map(([low]) => low), paddings.map(([, high]) => high));
  },
  Reverse: ({ input, attrs }) => {
    const x = input("x");
    return reverse(x, axesOf(attrs["dims"], x.shape.length));
  },
  Slice: ({ input, attrs, varying }) => {
    const x = input("x");
    const [begin, size] = slice_util.parseSliceParams(
      { shape: [...x.shape] } as tf.TensorInfo,
      attrs["begin"] as number[],
      attrs["size"] as number[],
    ) as [number[], number[]];
    slice_util.assertParamsValid({ shape: [...x.shape] } as tf.TensorInfo, begin, size);
    return part(varying, x, begin, begin.map((b, i) => b + size[i]!));
  },
  SplitV: ({ input, attrs }) => {
    const x = input("x");
    const [axis] = axesOf(attrs["axis"] ?? 0, x.shape.length) as [number];
    const sizes = backend_util.prepareSplitSize(
      { shape: [...x.shape] } as tf.Tensor,
      attrs["numOrSizeSplits"] as number | number[],
      axis,
    );
    return split(sizes.length >= MANY_PARTS ? barrier([x])[0]! : x, sizes, axis);
  },
  Tile: ({ input, attrs }) => tile(input("x"), attrs["reps"] as number[]),
  Transpose: ({ input, attrs }) => transpose(input("x"), attrs["perm"] as number[]),
  Unpack: ({ input, attrs }) => {
    const x = input("value");
    const [axis] = axesOf(attrs["axis"] ?? 0, x.shape.length) as [number];
    const shape = x.shape.filter((_, i) => i !== axis);
    return split(x, Array<number>(x.shape[axis]!).fill(1), axis).map((part) => reshape(part, shape));
  },
  ZerosLike: ({ input }) => like(input("x"), 0),
};
