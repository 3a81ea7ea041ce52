import * as tf from "@tensorflow/tfjs-core";
import type { XlaBackend } from "./backend.ts";
import { bridge, bridgeMissingKernels } from "./bridge.ts";
import { fingerprintOf } from "./cuts.ts";
import { isHostType } from "./host_values.ts";
import { binaryKernels } from "./kernels/binary.ts";
import { convolutionKernels } from "./kernels/convolution.ts";
import { cumulativeKernels } from "./kernels/cumulative.ts";
import { cutKernels } from "./kernels/cuts.ts";
import { einsumKernels } from "./kernels/einsum.ts";
import { indexingKernels } from "./kernels/indexing.ts";
import type { Kernel, KernelCall, KernelTable } from "./kernels/kernel.ts";
import { matMulKernels } from "./kernels/matmul.ts";
import { normaliseKernels } from "./kernels/normalise.ts";
import { poolingKernels } from "./kernels/pooling.ts";
import { randomKernels } from "./kernels/random.ts";
import { reduceKernels } from "./kernels/reduce.ts";
import { shapeKernels } from "./kernels/shape.ts";
import { unaryKernels } from "./kernels/unary.ts";

/** The name under which tfjs knows this backend. */
export const BACKEND = "xla";

/** All kernels that are compiled. */
export const kernels: KernelTable = {
  ...binaryKernels,
  ...convolutionKernels,
  ...cumulativeKernels,
  ...cutKernels,
  ...einsumKernels,
  ...indexingKernels,
  ...matMulKernels,
  ...normaliseKernels,
  ...poolingKernels,
  ...randomKernels,
  ...reduceKernels,
  ...shapeKernels,
  ...unaryKernels,
};

/** Whether a call has strings or complex numbers to do with. */
function ofHostTypes(
  infos: Readonly<Record<string, tf.TensorInfo | undefined>>,
  attrs: tf.NamedAttrMap | undefined,
): boolean {
  for (const key in infos) if (isHostType(infos[key]?.dtype)) return true;
  return isHostType((attrs as { dtype?: tf.DataType } | undefined)?.dtype);
}

/** Makes a kernel from the form in which tfjs calls it. Strings and complex numbers go over the bridge. */
function adapt(name: string, kernel: Kernel): tf.KernelFunc {
  const ofHostValues = bridge(name);
  const fingerprint = fingerprintOf(name);
  return ({ inputs, backend, attrs }) => {
    const xla = backend as XlaBackend;
    const infos = inputs as unknown as Record<string, tf.TensorInfo | undefined>;
    xla.beginOperation(fingerprint, infos);
    if (ofHostValues && ofHostTypes(infos, attrs)) return ofHostValues({ inputs, backend, attrs });
    if (!xla.trace) return xla.call(name, kernel, infos, (attrs ?? {}) as Record<string, unknown>);
    const call: KernelCall = {
      attrs: (attrs ?? {}) as Record<string, unknown>,
      optional: (key) => infos[key] && xla.nodeOf(infos[key]),
      input: (key) => {
        const info = infos[key];
        if (!info) throw new Error(`kernel ${name}: operand '${key}' is missing`);
        return xla.nodeOf(info);
      },
      atHand: (key) => infos[key] && xla.valuesAtHand(infos[key].dataId),
      varying: () => undefined,
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

/** Kernels that compute nothing: other names for the same data, complex numbers and their parts. */
export const withoutComputation: Record<string, tf.KernelFunc> = {
  Identity: alias,
  Reshape: alias,
  Complex: ({ inputs, backend }) => {
    const { real, imag } = inputs as { real: tf.TensorInfo; imag: tf.TensorInfo };
    return (backend as XlaBackend).complex(real, imag);
  },
  Real: ({ inputs, backend }) => part(inputs, backend as XlaBackend, "real"),
  Imag: ({ inputs, backend }) => part(inputs, backend as XlaBackend, "imag"),
};

function part(inputs: tf.NamedTensorInfoMap, backend: XlaBackend, name: "real" | "imag"): tf.TensorInfo {
  const { input } = inputs as { input: tf.TensorInfo };
  const found = backend.partsOf(input)[name];
  backend.incRef(found.dataId);
  return { ...found, shape: input.shape };
}

/** To the type that a tensor has already: another name for the same data. Gradients are full of such casts. */
function castOrAlias(cast: tf.KernelFunc): tf.KernelFunc {
  const fingerprint = fingerprintOf("Cast");
  return (call) => {
    const { x } = call.inputs as { x: tf.TensorInfo };
    if (x.dtype !== (call.attrs as { dtype?: tf.DataType }).dtype) return cast(call);
    const xla = call.backend as XlaBackend;
    // It counts as an operation: programs end where they would with it.
    xla.beginOperation(fingerprint, { x });
    xla.countOperation();
    return alias(call);
  };
}

/** Registers every kernel with tfjs, those that only its cpu engine has too. Safe to call more than once. */
export function registerKernels(): void {
  if (tf.getKernel("Identity", BACKEND)) return;
  for (const [kernelName, kernelFunc] of Object.entries(withoutComputation)) {
    tf.registerKernel({ kernelName, backendName: BACKEND, kernelFunc });
  }
  for (const [name, kernel] of Object.entries(kernels)) {
    const kernelFunc = adapt(name, kernel);
    tf.registerKernel({
      kernelName: name,
      backendName: BACKEND,
      kernelFunc: name === "Cast" ? castOrAlias(kernelFunc) : kernelFunc,
    });
  }
  bridgeMissingKernels(BACKEND);
}
