import * as tf from "@tensorflow/tfjs-core";
import type { XlaBackend } from "./backend.ts";
import { binaryKernels } from "./kernels/binary.ts";
import { indexingKernels } from "./kernels/indexing.ts";
import type { Kernel, KernelCall, KernelTable } from "./kernels/kernel.ts";
import { matMulKernels } from "./kernels/matmul.ts";
import { randomKernels } from "./kernels/random.ts";
import { reduceKernels } from "./kernels/reduce.ts";
import { shapeKernels } from "./kernels/shape.ts";
import { unaryKernels } from "./kernels/unary.ts";

/** The name under which tfjs knows this backend. */
export const BACKEND = "xla";

/** All kernels that are compiled. */
export const kernels: KernelTable = {
  ...binaryKernels,
  ...indexingKernels,
  ...matMulKernels,
  ...randomKernels,
  ...reduceKernels,
  ...shapeKernels,
  ...unaryKernels,
};

/** Makes a kernel from the form in which tfjs calls it. */
function adapt(name: string, kernel: Kernel): tf.KernelFunc {
  return ({ inputs, backend, attrs }) => {
    const xla = backend as XlaBackend;
    xla.beginOperation();
    const infos = inputs as unknown as Record<string, tf.TensorInfo | undefined>;
    const call: KernelCall = {
      attrs: (attrs ?? {}) as Record<string, unknown>,
      optional: (key) => infos[key] && xla.nodeOf(infos[key]),
      input: (key) => {
        const info = infos[key];
        if (!info) throw new Error(`kernel ${name}: operand '${key}' is missing`);
        return xla.nodeOf(info);
      },
      inputs: () => Object.values(infos).map((info) => xla.nodeOf(info!)),
    };
    const result = kernel(call);
    return Array.isArray(result) ? result.map((node) => xla.record(node)) : xla.record(result);
  };
}

/** Kernels that only name the same data differently. */
const alias: tf.KernelFunc = ({ inputs, backend, attrs }) => {
  const { x } = inputs as { x: tf.TensorInfo };
  (backend as XlaBackend).incRef(x.dataId);
  const shape = (attrs as { shape?: number[] } | undefined)?.shape;
  return {
    dataId: x.dataId,
    dtype: x.dtype,
    shape: shape ? tf.util.inferFromImplicitShape(shape, tf.util.sizeFromShape(x.shape)) : x.shape,
  };
};

/** Registers every kernel with tfjs. Safe to call more than once. */
export function registerKernels(): void {
  if (tf.getKernel("Identity", BACKEND)) return;
  for (const name of ["Identity", "Reshape"]) {
    tf.registerKernel({ kernelName: name, backendName: BACKEND, kernelFunc: alias });
  }
  for (const [name, kernel] of Object.entries(kernels)) {
    tf.registerKernel({ kernelName: name, backendName: BACKEND, kernelFunc: adapt(name, kernel) });
  }
}
