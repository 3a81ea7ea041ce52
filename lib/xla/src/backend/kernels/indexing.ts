import { backend_util } from "@tensorflow/tfjs-core";
import type { ElementType } from "../../pjrt/buffer.ts";
import { constant, MAX_CONSTANT, type Node, sizeOf, splat, type TensorType } from "../../stablehlo/node.ts";
import {
  binary,
  broadcastInDim,
  compare,
  concatenate,
  gatherSlices,
  iota,
  reshape,
  scatterAdd,
  select,
  topK,
  transpose,
} from "../../stablehlo/ops.ts";
import { elementOf, toHostArray } from "../dtypes.ts";
import { axesOf, filled, type KernelCall, type KernelTable, type tf } from "./kernel.ts";
import { cast } from "./unary.ts";

/** Kernels that read or write by index, and ranges. */

/** Slices along one axis; the axis is replaced by the axes of `indices`. */
function gather(x: Node, indices: Node, axis: number): Node {
  const front = transpose(x, [axis, ...x.shape.map((_, i) => i).filter((i) => i !== axis)]);
  const rank = indices.shape.length;
  const gathered = gatherSlices(front, reshape(indices, [...indices.shape, 1]));
  // gathered: [indices..., axes before, axes after]; the indices belong between the two.
  const before = Array.from({ length: axis }, (_, i) => rank + i);
  const middle = Array.from({ length: rank }, (_, i) => i);
  const after = Array.from({ length: x.shape.length - axis - 1 }, (_, i) => rank + axis + i);
  return transpose(gathered, [...before, ...middle, ...after]);
}

/** XLA orders -0 below 0; to tfjs they are equal, so that the first of them comes first. */
function withoutNegativeZero(x: Node): Node {
  if (x.element !== "f32") return x;
  const zero = splat(0, x);
  return select(compare("EQ", x, zero), zero, x);
}

/** Batched gather: the first `batchDims` axes of both are walked together, as one more index. */
function batchedGather(x: Node, indices: Node, axis: number, batchDims: number): Node {
  if (batchDims === 0) return gather(x, indices, axis);
  const front = transpose(x, [
    ...x.shape.map((_, i) => i).slice(0, batchDims),
    axis,
    ...x.shape.map((_, i) => i).filter((i) => i >= batchDims && i !== axis),
  ]);
  const index = Array.from(
    { length: batchDims },
    (_, i) => reshape(iota({ shape: indices.shape, element: "i32" }, i), [...indices.shape, 1]),
  );
  const vectors = concatenate([...index, reshape(indices, [...indices.shape, 1])], indices.shape.length);
  const gathered = gatherSlices(front, vectors);
  const rank = indices.shape.length;
  const between = axis - batchDims;
  const order = [
    ...Array.from({ length: batchDims }, (_, i) => i),
    ...Array.from({ length: between }, (_, i) => rank + i),
    ...Array.from({ length: rank - batchDims }, (_, i) => batchDims + i),
    ...Array.from({ length: gathered.shape.length - rank - between }, (_, i) => rank + between + i),
  ];
  return transpose(gathered, order);
}

/** Programs don't check indices; here those are checked that are known before one runs. */
function checkIndices(indices: ArrayLike<number> | undefined, length: number): void {
  const wrong = Array.prototype.find.call(indices ?? [], (index: number) => index < 0 || index >= length);
  if (wrong === undefined) return;
  throw new Error(`GatherV2: the index value ${wrong} is not in [0, ${length - 1}]`);
}

/** start, start + step, ...: written out if it is short, computed if it would make the program long. */
function arithmeticSequence(
  varying: KernelCall["varying"],
  start: number,
  step: number,
  length: number,
  element: ElementType,
): Node {
  const type: TensorType = { shape: [length], element };
  if (length <= MAX_CONSTANT) {
    const values = Array.from({ length }, (_, i) => start + i * step);
    return varying(toHostArray(values, element), type) ?? constant(values, type);
  }
  const [first, distance] = [filled(varying, start, type), filled(varying, step, type)];
  return binary("add", first, binary("multiply", iota(type, 0), distance));
}

export const indexingKernels: KernelTable = {
  GatherNd: ({ input }) => gatherSlices(input("params"), input("indices")),
  GatherV2: ({ input, atHand, attrs }) => {
    const [x, indices] = [input("x"), input("indices")];
    const [axis] = axesOf(attrs["axis"] ?? 0, x.shape.length) as [number];
    const given = (attrs["batchDims"] as number | undefined) ?? 0;
    const batchDims = given < 0 ? given + indices.shape.length : given;
    const info = ({ shape }: Node) => ({ shape: [...shape] }) as unknown as tf.Tensor;
    // Throws the errors that tfjs has for batch axes that do not fit.
    backend_util.segment_util.collectGatherOpShapeInfo(info(x), info(indices), axis, batchDims);
    checkIndices(atHand("indices"), x.shape[axis]!);
    return batchedGather(x, cast(indices, "i32"), axis, batchDims);
  },
  LinSpace: ({ attrs, varying }) => {
    const [start, stop, num] = [attrs["start"], attrs["stop"], attrs["num"]] as [number, number, number];
    return arithmeticSequence(varying, start, num === 1 ? 0 : (stop - start) / (num - 1), num, "f32");
  },
  OneHot: ({ input, attrs }) => {
    const indices = input("indices");
    const depth = attrs["depth"] as number;
    const shape = [...indices.shape, depth];
    const classes = iota({ shape, element: "i32" }, shape.length - 1);
    const spread = broadcastInDim(cast(indices, "i32"), indices.shape.map((_, i) => i), shape);
    const type = { shape, element: elementOf((attrs["dtype"] as tf.DataType | undefined) ?? "int32") };
    return select(
      compare("EQ", spread, classes),
      splat(attrs["onValue"] as number, type),
      splat(attrs["offValue"] as number, type),
    );
  },
  Range: ({ attrs, varying }) => {
    const [start, stop, given] = [attrs["start"], attrs["stop"], attrs["step"]] as [number, number, number];
    const step = stop < start && given === 1 ? -1 : given;
    const dtype = (attrs["dtype"] as tf.DataType | undefined) ?? "float32";
    const length = Math.max(0, Math.ceil((stop - start) / step));
    return arithmeticSequence(varying, start, step, length, elementOf(dtype));
  },
  ScatterNd: ({ input, attrs }) => {
    const [given, updates] = [input("indices"), input("updates")];
    const indices = given.shape.length === 1 ? reshape(given, [...given.shape, 1]) : given;
    return scatterAdd(
      splat(0, { shape: attrs["shape"] as number[], element: updates.element }),
      indices,
      updates,
    );
  },
  TopK: ({ input, attrs }) => topK(withoutNegativeZero(input("x")), attrs["k"] as number),
  UnsortedSegmentSum: ({ input, attrs }) => {
    const [x, ids] = [input("x"), input("segmentIds")];
    const rows = sizeOf(ids.shape);
    const rest = x.shape.slice(ids.shape.length);
    const zero = splat(0, { shape: [attrs["numSegments"] as number, ...rest], element: x.element });
    return scatterAdd(zero, reshape(cast(ids, "i32"), [rows, 1]), reshape(x, [rows, ...rest]));
  },
};
