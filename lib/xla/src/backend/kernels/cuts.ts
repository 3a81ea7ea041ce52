import { backend_util, slice_util } from "@tensorflow/tfjs-core";
import { type Node, splat } from "../../stablehlo/node.ts";
import { concatenate, pad, reshape, reverse, slice, transpose } from "../../stablehlo/ops.ts";
import { type Kernel, type KernelTable, part } from "./kernel.ts";

/** Kernels that cut and put together again. */

const stridedSlice: Kernel = ({ input, attrs, varying }) => {
  const x = input("x");
  const mask = (name: string) => (attrs[name] as number | undefined) ?? 0;
  const info = slice_util.sliceInfo(
    [...x.shape],
    attrs["begin"] as number[],
    attrs["end"] as number[],
    attrs["strides"] as number[],
    mask("beginMask"),
    mask("endMask"),
    mask("ellipsisMask"),
    mask("newAxisMask"),
    mask("shrinkAxisMask"),
  );
  if (info.isIdentity) return reshape(x, info.finalShape);
  const lengths = slice_util.computeOutShape(info.begin, info.end, info.strides).map((n) => Math.max(0, n));
  const backwards = info.strides.flatMap((stride, i) => stride < 0 ? [i] : []);
  const begin = info.begin.map((b, i) => info.strides[i]! < 0 ? x.shape[i]! - 1 - b : b);
  const steps = info.strides.map(Math.abs);
  // An empty range may begin beyond the end.
  const start = begin.map((b, i) => lengths[i] === 0 ? 0 : b);
  const end = start.map((b, i) => lengths[i] === 0 ? b : b + (lengths[i]! - 1) * steps[i]! + 1);
  const turned = reverse(x, backwards);
  const cut = steps.every((step) => step === 1)
    ? part(varying, turned, start, end)
    : slice(turned, start, end, steps);
  return reshape(cut, info.finalShape);
};

/** The border of `x` along one axis, mirrored; `symmetric` repeats the outermost entry. */
function mirror(x: Node, axis: number, [low, high]: readonly [number, number], symmetric: boolean): Node {
  const length = x.shape[axis]!;
  const skip = symmetric ? 0 : 1;
  const part = (from: number, to: number) =>
    reverse(
      slice(x, x.shape.map((_, i) => i === axis ? from : 0), x.shape.map((n, i) => i === axis ? to : n)),
      [axis],
    );
  const parts = [
    ...(low > 0 ? [part(skip, low + skip)] : []),
    x,
    ...(high > 0 ? [part(length - high - skip, length - skip)] : []),
  ];
  return concatenate(parts, axis);
}

const moveBlocks = (x: Node, wide: number[], order: number[], shape: number[]): Node =>
  reshape(transpose(reshape(x, wide), order), shape);

export const cutKernels: KernelTable = {
  BatchToSpaceND: ({ input, attrs }) => {
    const x = input("x");
    const block = attrs["blockShape"] as number[];
    const crops = attrs["crops"] as number[][];
    const shape = [...x.shape];
    const count = block.reduce((a, b) => a * b, 1);
    const whole = backend_util.getReshapedPermuted(shape, block, count);
    const moved = moveBlocks(
      x,
      backend_util.getReshaped(shape, block, count),
      backend_util.getPermuted(backend_util.getReshaped(shape, block, count).length, block.length),
      whole,
    );
    const cropped = (i: number, side: number) => crops[i - 1]?.[side] ?? 0;
    return slice(moved, whole.map((_, i) => cropped(i, 0)), whole.map((n, i) => n - cropped(i, 1)));
  },
  DepthToSpace: ({ input, attrs }) => {
    const x = input("x");
    const block = attrs["blockSize"] as number;
    const last = attrs["dataFormat"] === "NHWC";
    const [batch, a, b, c] = x.shape as [number, number, number, number];
    if (last) {
      const depth = c / (block * block);
      return moveBlocks(x, [batch, a, b, block, block, depth], [0, 1, 3, 2, 4, 5], [
        batch,
        a * block,
        b * block,
        depth,
      ]);
    }
    const depth = a / (block * block);
    return moveBlocks(x, [batch, block, block, depth, b, c], [0, 3, 4, 1, 5, 2], [
      batch,
      depth,
      b * block,
      c * block,
    ]);
  },
  MirrorPad: ({ input, attrs }) => {
    const symmetric = attrs["mode"] === "symmetric";
    return (attrs["paddings"] as [number, number][]).reduce(
      (x, amounts, axis) => mirror(x, axis, amounts, symmetric),
      input("x"),
    );
  },
  SpaceToBatchND: ({ input, attrs }) => {
    const x = input("x");
    const block = attrs["blockShape"] as number[];
    const count = block.reduce((a, b) => a * b, 1);
    const paddings = [[0, 0], ...attrs["paddings"] as number[][]];
    while (paddings.length < x.shape.length) paddings.push([0, 0]);
    const zero = splat(0, { shape: [], element: x.element });
    const padded = pad(x, zero, paddings.map(([low]) => low!), paddings.map(([, high]) => high!));
    const shape = [...padded.shape];
    const wide = backend_util.getReshaped(shape, block, count, false);
    return moveBlocks(
      padded,
      wide,
      backend_util.getPermuted(wide.length, block.length, false),
      backend_util.getReshapedPermuted(shape, block, count, false),
    );
  },
  StridedSlice: stridedSlice,
};
