import * as tf from "@tensorflow/tfjs-core";
import { type Case, type Cases, floats, ints, one, two } from "./cases.ts";

const image = () => floats([2, 5, 4, 2]);
const volume = () => floats([1, 4, 3, 5, 2]);
const as4 = (x: tf.Tensor) => x as tf.Tensor4D;
const as5 = (x: tf.Tensor) => x as tf.Tensor5D;

type Pad = "same" | "valid" | number;

const convolution = (stride: number, pad: Pad, dilation: number): Case => ({
  ...two(
    image,
    () => floats([3, 2, 2, 3], 1),
    (x, f) => tf.conv2d(as4(x), as4(f), stride, pad, "NHWC", dilation),
  ),
  // tfjs has no gradients of dilated convolutions.
  ...(dilation === 1 ? { gradient: true } : {}),
});

const depthwise = (stride: number, pad: Pad, dilation: number): Case => ({
  ...two(
    image,
    () => floats([2, 3, 2, 2], 1),
    (x, f) => tf.depthwiseConv2d(as4(x), as4(f), stride, pad, "NHWC", dilation),
  ),
  // tfjs has no gradients of dilated convolutions.
  ...(dilation === 1 ? { gradient: true } : {}),
});

const ACTIVATIONS = ["linear", "relu", "prelu"] as const;

/** Convolutions, pooling and normalisation. */
export const convolutions: Cases = {
  "convolution, valid": convolution(1, "valid", 1),
  "convolution, same": convolution(1, "same", 1),
  "convolution, steps of two": convolution(2, "same", 1),
  "convolution, padded": convolution(2, 1, 1),
  "convolution, dilated": convolution(1, "same", 2),
  "convolution of one axis": two(
    () => floats([2, 6, 2]),
    () => floats([3, 2, 4], 1),
    (x, f) => tf.conv1d(x as tf.Tensor3D, f as tf.Tensor3D, 2, "same"),
    true,
  ),
  "convolution, channels first": two(
    () => floats([2, 2, 5, 4]),
    () => floats([3, 2, 2, 3], 1),
    (x, f) => tf.conv2d(as4(x), as4(f), 1, "valid", "NCHW"),
  ),
  "transposed convolution": two(
    () => floats([1, 3, 3, 2]),
    () => floats([2, 2, 3, 2], 1),
    (x, f) => tf.conv2dTranspose(as4(x), as4(f), [1, 6, 6, 3], 2, "same"),
    true,
  ),
  "convolution of volumes, valid": two(
    volume,
    () => floats([2, 2, 3, 2, 3], 1),
    (x, f) => tf.conv3d(as5(x), as5(f), 1, "valid"),
    true,
  ),
  "convolution of volumes, same": two(
    volume,
    () => floats([2, 2, 3, 2, 3], 1),
    (x, f) => tf.conv3d(as5(x), as5(f), 2, "same"),
    true,
  ),
  "depthwise convolution, valid": depthwise(1, "valid", 1),
  "depthwise convolution, same": depthwise(2, "same", 1),
  "depthwise convolution, dilated": depthwise(1, "same", 2),
  "separable convolution": two(
    image,
    () => floats([2, 2, 2, 2], 1),
    (x, f) => tf.separableConv2d(as4(x), as4(f), tf.ones([1, 1, 4, 3]) as tf.Tensor4D, 1, "same"),
    true,
  ),
  ...Object.fromEntries(
    ACTIVATIONS.flatMap((activation) =>
      (["conv2d", "depthwiseConv2d"] as const).map((name) => [
        `fused ${name}, ${activation}`,
        {
          inputs: () => [
            image(),
            floats(name === "conv2d" ? [2, 2, 2, 4] : [2, 2, 2, 2], 1),
            floats([4]),
            floats([4], 0.5),
          ],
          run: (x: tf.Tensor, filter: tf.Tensor, bias: tf.Tensor, slopes: tf.Tensor) =>
            tf.fused[name]({
              x: as4(x),
              filter: as4(filter),
              strides: 1,
              pad: "same",
              bias,
              activation,
              preluActivationWeights: activation === "prelu" ? slopes : undefined,
            }),
        },
      ])
    ),
  ) as Cases,
  "max pool": one(image, (x) => tf.maxPool(as4(x), 2, 1, "valid"), true),
  "max pool, same": one(image, (x) => tf.maxPool(as4(x), [3, 2], 2, "same"), true),
  "max pool of ties": one(
    () => ints([1, 4, 4, 1], 1).toFloat(),
    (x) => tf.maxPool(as4(x), 2, 1, "same"),
    true,
  ),
  "average pool": one(image, (x) => tf.avgPool(as4(x), 2, 1, "valid"), true),
  "average pool, same": one(image, (x) => tf.avgPool(as4(x), 3, 2, "same"), true),
  "max pool of volumes": one(volume, (x) => tf.maxPool3d(as5(x), 2, 1, "same"), true),
  "average pool of volumes": one(volume, (x) => tf.avgPool3d(as5(x), 2, 2, "same"), true),
  "pool of one entry": one(image, (x) => tf.maxPool(as4(x), 1, 1, "same")),
  "batch normalisation": {
    inputs: () => [image(), floats([2]), floats([2], 1, 2), floats([2]), floats([2])],
    run: (x, mean, variance, offset, scale) =>
      tf.batchNorm(
        x!,
        mean as tf.Tensor1D,
        variance as tf.Tensor1D,
        offset as tf.Tensor1D,
        scale as tf.Tensor1D,
      ),
    gradient: true,
  },
};
