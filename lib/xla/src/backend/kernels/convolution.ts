import { backend_util } from "@tensorflow/tfjs-core";
import type { Node } from "../../stablehlo/node.ts";
import { type AxisNames, binary, convolution, reshape, slice } from "../../stablehlo/ops.ts";
import { broadcastBoth } from "./binary.ts";
import { float, type Kernel, type KernelCall, type KernelTable } from "./kernel.ts";
import { activate } from "./matmul.ts";

/** Convolutions over two and three axes, and their gradients. */

type Attributes = KernelCall["attrs"];
type Shape = readonly number[];

/** How a convolution's windows move; one entry for each axis that they move along. */
interface Geometry {
  input: Shape;
  filter: Shape;
  output: Shape;
  strides: Shape;
  dilations: Shape;
  /** Entries added before the input. */
  low: Shape;
  channelsLast: boolean;
}

type Shape4 = [number, number, number, number];
type Shape5 = [number, number, number, number, number];

/** tfjs's own arithmetic for padding and roundings. */
function geometry2d(x: Shape, filter: Shape, attrs: Attributes, depthwise: boolean): Geometry {
  const format = (attrs["dataFormat"] as "NHWC" | "NCHW" | undefined) ?? "NHWC";
  const info = backend_util.computeConv2DInfo(
    [...x] as Shape4,
    [...filter] as Shape4,
    attrs["strides"] as [number, number],
    (attrs["dilations"] as [number, number] | undefined) ?? 1,
    attrs["pad"] as "same" | "valid" | number,
    attrs["dimRoundingMode"] as "floor" | undefined,
    depthwise,
    backend_util.convertConv2DDataFormat(format),
  );
  return {
    input: [info.inHeight, info.inWidth],
    filter: [info.filterHeight, info.filterWidth],
    output: [info.outHeight, info.outWidth],
    strides: [info.strideHeight, info.strideWidth],
    dilations: [info.dilationHeight, info.dilationWidth],
    low: [info.padInfo.top, info.padInfo.left],
    channelsLast: info.dataFormat === "channelsLast",
  };
}

type GeometryOf = typeof geometry2d | typeof geometry3d;

function geometry3d(x: Shape, filter: Shape, attrs: Attributes): Geometry {
  const info = backend_util.computeConv3DInfo(
    [...x] as Shape5,
    [...filter] as Shape5,
    attrs["strides"] as [number, number, number],
    (attrs["dilations"] as [number, number, number] | undefined) ?? 1,
    attrs["pad"] as "same" | "valid",
  );
  return {
    input: [info.inDepth, info.inHeight, info.inWidth],
    filter: [info.filterDepth, info.filterHeight, info.filterWidth],
    output: [info.outDepth, info.outHeight, info.outWidth],
    strides: [info.strideDepth, info.strideHeight, info.strideWidth],
    dilations: [info.dilationDepth, info.dilationHeight, info.dilationWidth],
    low: [info.padInfo.front, info.padInfo.top, info.padInfo.left],
    channelsLast: true,
  };
}

const spatial = ({ input }: Geometry): number[] => input.map((_, i) => i);

/** The axes of images, with other names for batch and channels if they are asked for. */
const image = (of: Geometry, batch = "b", channels = "f"): AxisNames =>
  of.channelsLast ? [batch, ...spatial(of), channels] : [batch, channels, ...spatial(of)];

/** Padding that makes exactly `counts` windows of `sizes` entries, `dilations` apart, fit into `lengths`. */
const paddingFor = (
  lengths: Shape,
  low: Shape,
  sizes: Shape,
  dilations: Shape,
  strides: Shape,
  counts: Shape,
) =>
  lengths.map((length, i): [number, number] => {
    const needed = (counts[i]! - 1) * strides[i]! + (sizes[i]! - 1) * dilations[i]! + 1;
    return [low[i]!, needed - length - low[i]!];
  });

/** The length of an axis whose entries are moved apart. */
const dilated = (lengths: Shape, by: Shape): number[] =>
  lengths.map((length, i) => (length - 1) * by[i]! + 1);

function forward(x: Node, filter: Node, of: Geometry, groups = 1): Node {
  return convolution(x, filter, {
    axes: { input: image(of), filter: [...spatial(of), "i", "o"], output: image(of) },
    strides: of.strides,
    padding: paddingFor(of.input, of.low, of.filter, of.dilations, of.strides, of.output),
    windowDilations: of.dilations,
    featureGroups: groups,
  });
}

/** The gradient by the input: the filter is moved over dy backwards. */
function byInput(dy: Node, filter: Node, of: Geometry, groups = 1): Node {
  // tfjs accepts a dy that is larger than what the input gives, and ignores the rest.
  const used = image(of).map((axis, i) => typeof axis === "number" ? of.output[axis]! : dy.shape[i]!);
  const low = of.filter.map((size, i) => (size - 1) * of.dilations[i]! - of.low[i]!);
  const steps = of.input.map(() => 1);
  return convolution(slice(dy, used.map(() => 0), used), filter, {
    axes: { input: image(of), filter: [...spatial(of), "o", "i"], output: image(of) },
    strides: steps,
    padding: paddingFor(dilated(of.output, of.strides), low, of.filter, of.dilations, steps, of.input),
    baseDilations: of.strides,
    windowDilations: of.dilations,
    reverse: true,
    featureGroups: groups,
  });
}

/** The gradient by the filter: dy is moved over the input; the images of a batch are added up like channels. */
function byFilter(x: Node, dy: Node, of: Geometry, groups = 1): Node {
  return convolution(x, dy, {
    axes: { input: image(of, "f", "b"), filter: image(of, "i", "o"), output: [...spatial(of), "b", "f"] },
    strides: of.dilations,
    padding: paddingFor(of.input, of.low, of.output, of.strides, of.dilations, of.filter),
    windowDilations: of.strides,
    batchGroups: groups,
  });
}

/** Depthwise filters [height, width, channels, multiplier] with one input channel for each group. */
const grouped = (filter: Node): Node => {
  const [height, width, channels, multiplier] = filter.shape as Shape4;
  return reshape(filter, [height, width, 1, channels * multiplier]);
};

const convolve = ({ input, attrs }: KernelCall, depthwise: boolean): [Node, Geometry] => {
  const [x, filter] = [float(input("x")), float(input("filter"))];
  const of = geometry2d(x.shape, filter.shape, attrs, depthwise);
  if (!depthwise) return [forward(x, filter, of), of];
  return [forward(x, grouped(filter), of, filter.shape[2]!), of];
};

/** The gradient by a filter, of each channel apart where it is depthwise. */
const filterGradient = (geometry: GeometryOf, depthwise = false): Kernel => ({ input, attrs }) => {
  const [x, dy] = [input("x"), input("dy")];
  const shape = attrs["filterShape"] as Shape;
  const of = geometry(x.shape, shape, attrs, depthwise);
  return depthwise ? reshape(byFilter(x, dy, of, shape[2]), shape) : byFilter(x, dy, of);
};

/** The gradient by the input. */
const inputGradient = (geometry: GeometryOf, depthwise = false): Kernel => ({ input, attrs }) => {
  const [dy, filter] = [input("dy"), input("filter")];
  const of = geometry(attrs["inputShape"] as Shape, filter.shape, attrs, depthwise);
  return byInput(dy, filter, of, depthwise ? filter.shape[2] : 1);
};

/** With bias and activation, whose entries belong to channels. */
const fused = (depthwise: boolean): Kernel => (call) => {
  const [result, { channelsLast }] = convolve(call, depthwise);
  const perChannel = (name: string) => {
    const x = call.optional(name);
    return x && !channelsLast && x.shape.length === 1 ? reshape(x, [x.shape[0]!, 1, 1]) : x;
  };
  const bias = perChannel("bias");
  const biased = bias ? binary("add", ...broadcastBoth(result, bias)) : result;
  return activate(biased, call.attrs, perChannel("preluActivationWeights"));
};

export const convolutionKernels: KernelTable = {
  Conv2D: (call) => convolve(call, false)[0],
  Conv2DBackpropFilter: filterGradient(geometry2d),
  Conv2DBackpropInput: inputGradient(geometry2d),
  Conv3D: ({ input, attrs }) => {
    const [x, filter] = [float(input("x")), float(input("filter"))];
    return forward(x, filter, geometry3d(x.shape, filter.shape, attrs));
  },
  Conv3DBackpropFilterV2: filterGradient(geometry3d),
  Conv3DBackpropInputV2: inputGradient(geometry3d),
  DepthwiseConv2dNative: (call) => convolve(call, true)[0],
  DepthwiseConv2dNativeBackpropFilter: filterGradient(geometry2d, true),
  DepthwiseConv2dNativeBackpropInput: inputGradient(geometry2d, true),
  FusedConv2D: fused(false),
  FusedDepthwiseConv2D: fused(true),
};
