import { backend_util } from "@tensorflow/tfjs-core";
import { type Node, sizeOf, splat } from "../../stablehlo/node.ts";
import { binary, broadcastTo, reduceWindow, scatterToLargest, type Windows } from "../../stablehlo/ops.ts";
import { float, type Kernel, type KernelCall, type KernelTable, like } from "./kernel.ts";

/** Pooling over two and three axes of images [batch, ..., channels], and its gradients. */

type Attributes = KernelCall["attrs"];

/** One entry for each axis that windows move along. */
interface Pool {
  sizes: number[];
  strides: number[];
  low: number[];
  output: number[];
}

/** tfjs's own arithmetic for padding and roundings. */
function poolOf(x: readonly number[], attrs: Attributes): Pool {
  const sizes = attrs["filterSize"] as number;
  const strides = attrs["strides"] as number;
  const pad = attrs["pad"] as "same" | "valid" | number;
  const rounding = attrs["dimRoundingMode"] as "floor" | undefined;
  if (x.length === 4) {
    const shape = [...x] as [number, number, number, number];
    const info = backend_util.computePool2DInfo(shape, sizes, strides, 1, pad, rounding);
    return {
      sizes: [info.filterHeight, info.filterWidth],
      strides: [info.strideHeight, info.strideWidth],
      low: [info.padInfo.top, info.padInfo.left],
      output: [info.outHeight, info.outWidth],
    };
  }
  const shape = [...x] as [number, number, number, number, number];
  const info = backend_util.computePool3DInfo(shape, sizes, strides, 1, pad, rounding);
  return {
    sizes: [info.filterDepth, info.filterHeight, info.filterWidth],
    strides: [info.strideDepth, info.strideHeight, info.strideWidth],
    low: [info.padInfo.front, info.padInfo.top, info.padInfo.left],
    output: [info.outDepth, info.outHeight, info.outWidth],
  };
}

/** Windows over whole images: along batch and channels they are one entry wide. */
function windowsOver(x: Node, { sizes, strides, low, output }: Pool): Windows {
  const high = output.map((n, i) =>
    Math.max(0, (n - 1) * strides[i]! + sizes[i]! - x.shape[i + 1]! - low[i]!)
  );
  return {
    sizes: [1, ...sizes, 1],
    strides: [1, ...strides, 1],
    padding: [[0, 0], ...low.map((before, i): [number, number] => [before, high[i]!]), [0, 0]],
  };
}

/** Whether tfjs's engines hand the images back as they are, whatever the padding. */
const isIdentity = (x: Node, { sizes, output }: Pool): boolean =>
  x.shape.length === 4 && sizes.every((size, i) => size === 1 && output[i] === x.shape[i + 1]);

const maxPool: Kernel = ({ input, attrs }) => {
  const x = input("x");
  const pool = poolOf(x.shape, attrs);
  if (isIdentity(x, pool)) return x;
  return reduceWindow("maximum", x, windowsOver(x, pool), x.element === "f32" ? -Infinity : -(2 ** 31));
};

const maxPoolGradient: Kernel = ({ input, attrs }) => {
  const [x, dy] = [input("input"), input("dy")];
  return scatterToLargest(x, dy, windowsOver(x, poolOf(x.shape, attrs)));
};

/** The mean of what lies inside the image; 0 where nothing does. */
const avgPool: Kernel = ({ input, attrs }) => {
  const x = float(input("x"));
  const pool = poolOf(x.shape, attrs);
  if (isIdentity(x, pool)) return x;
  const windows = windowsOver(x, pool);
  const one = splat(1, { shape: [1, ...x.shape.slice(1, -1), 1], element: "f32" });
  const inside = reduceWindow("add", one, windows, 0);
  const count = binary("maximum", inside, like(inside, 1));
  const sum = reduceWindow("add", x, windows, 0);
  return binary("divide", sum, broadcastTo(count, sum.shape));
};

/** As on tfjs's cpu engine every window hands back the same share, whether all of it lies inside the image or not. */
const avgPoolGradient: Kernel = ({ input, attrs }) => {
  const [x, dy] = [input("input"), input("dy")];
  const { sizes, strides, low, output } = poolOf(x.shape, attrs);
  const before = sizes.map((size, i) => size - 1 - low[i]!);
  const after = sizes.map((size, i) =>
    x.shape[i + 1]! + size - 1 - ((output[i]! - 1) * strides[i]! + 1) - before[i]!
  );
  const sum = reduceWindow("add", dy, {
    sizes: [1, ...sizes, 1],
    strides: x.shape.map(() => 1),
    padding: [[0, 0], ...before.map((n, i): [number, number] => [n, after[i]!]), [0, 0]],
    baseDilations: [1, ...strides, 1],
  }, 0);
  return binary("divide", sum, like(sum, sizeOf(sizes)));
};

export const poolingKernels: KernelTable = {
  AvgPool: avgPool,
  AvgPool3D: avgPool,
  AvgPool3DGrad: avgPoolGradient,
  AvgPoolGrad: avgPoolGradient,
  MaxPool: maxPool,
  MaxPool3D: maxPool,
  MaxPool3DGrad: maxPoolGradient,
  MaxPoolGrad: maxPoolGradient,
};
