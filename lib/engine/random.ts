import { threefryUniform } from "@spin/xla/threefry";
import * as tf from "@tensorflow/tfjs-core";

/** The tfjs kernel that every engine provides: `key` int32 [2] to float32 of `shape`, uniform in [0, 1). */
const KEYED_UNIFORM = "KeyedUniform";

interface KeyedUniformAttrs {
  shape: number[];
  stream: number;
}

/** Random numbers as a pure function of a key; each draw uses the next stream, so draws never overlap. */
export interface Rng {
  /** float32 of `shape`, uniform in [0, 1). */
  uniform(shape: number[]): tf.Tensor;
  /** float32 of `shape`, standard normal (Box-Muller). */
  normal(shape: number[]): tf.Tensor;
}

/** Random numbers of a (possibly compiled) step. @param key int32 [2]; the same key, the same numbers */
export function createRng(key: tf.Tensor): Rng {
  let stream = 0;
  const uniform = (shape: number[]): tf.Tensor =>
    tf.engine().runKernel(
      KEYED_UNIFORM,
      { key } as unknown as tf.NamedTensorMap,
      { shape, stream: stream++ } as unknown as tf.NamedAttrMap,
    ) as tf.Tensor;
  return {
    uniform,
    normal: (shape) =>
      tf.tidy(() => {
        const radius = tf.sqrt(tf.mul(-2, tf.log(tf.sub(1, uniform(shape)))));
        return tf.mul(radius, tf.cos(tf.mul(2 * Math.PI, uniform(shape))));
      }),
  };
}

/** Provides the kernel for an engine whose tensors live in JavaScript or can be read synchronously. */
export function registerHostRandom(backendName: string): void {
  if (tf.getKernel(KEYED_UNIFORM, backendName)) return;
  tf.registerKernel({
    kernelName: KEYED_UNIFORM,
    backendName,
    kernelFunc: ({ inputs, attrs }) => {
      const { shape, stream } = attrs as unknown as KeyedUniformAttrs;
      const key = tf.engine().readSync((inputs as { key: tf.TensorInfo }).key.dataId) as Int32Array;
      const values = threefryUniform(key[0]!, key[1]!, stream, shape.reduce((a, b) => a * b, 1));
      return tf.engine().makeTensor(values, shape, "float32");
    },
  });
}
