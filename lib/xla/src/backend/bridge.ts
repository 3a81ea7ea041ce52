import * as tf from "@tensorflow/tfjs-core";
// Registers tfjs's cpu engine and its kernels.
import type { MathBackendCPU } from "@tensorflow/tfjs-backend-cpu";
import "@tensorflow/tfjs-backend-cpu";

/**
 * Runs on tfjs's `cpu` kernels what a backend lacks: operands are read, and results handed back.
 * Correct for every kernel, slow for large tensors, and impossible inside a compiled function, where operands have no
 * values yet: there it throws an error that names the kernel.
 */
export function bridgeMissingKernels(backendName: string): void {
  for (const { kernelName, kernelFunc } of tf.getKernelsForBackend("cpu")) {
    if (tf.getKernel(kernelName, backendName)) continue;
    tf.registerKernel({ kernelName, backendName, kernelFunc: bridged(kernelName, kernelFunc) });
  }
}

/** A kernel of tfjs's cpu engine for tensors of another one; undefined if that engine lacks it too. */
export function bridge(kernelName: string): tf.KernelFunc | undefined {
  const config = tf.getKernel(kernelName, "cpu");
  return config && bridged(kernelName, config.kernelFunc);
}

/** An operand as kernels are given it: a tensor, a list of tensors, or nothing. */
type Operand = tf.TensorInfo | tf.TensorInfo[] | null | undefined;

function cpuEngine(): MathBackendCPU {
  const cpu = tf.findBackend("cpu") as MathBackendCPU;
  // At its first use it would suggest a native add-on.
  (cpu as unknown as { firstUse: boolean }).firstUse = false;
  return cpu;
}

function bridged(kernelName: string, kernel: tf.KernelFunc): tf.KernelFunc {
  return ({ inputs, attrs, backend }) => {
    const cpu = cpuEngine();
    const target = backend as tf.KernelBackend;
    const lent: tf.DataId[] = [];
    const lend = (operand: Operand): Operand => {
      if (operand === null || operand === undefined) return operand;
      if (Array.isArray(operand)) return operand.map((one) => lend(one) as tf.TensorInfo);
      const { shape, dtype } = operand;
      const dataId = put(cpu, read(kernelName, target, operand), shape, dtype);
      lent.push(dataId);
      // Some kernels are written for tensors, which know their rank and size.
      return {
        dataId,
        shape,
        dtype,
        rank: shape.length,
        size: tf.util.sizeFromShape(shape),
      } as tf.TensorInfo;
    };
    const take = ({ dataId, shape, dtype }: tf.TensorInfo): tf.TensorInfo => {
      const values = cpu.readSync(dataId) as tf.backend_util.BackendValues;
      lent.push(dataId);
      return { dataId: target.write(values, shape, dtype), shape, dtype };
    };
    try {
      const given = Array.isArray(inputs) ? lend(inputs as unknown as tf.TensorInfo[]) : Object.fromEntries(
        Object.entries(inputs).map(([name, operand]) => [name, lend(operand as Operand)]),
      );
      const result = kernel({ inputs: given as tf.NamedTensorInfoMap, attrs, backend: cpu });
      return Array.isArray(result) ? result.map(take) : take(result);
    } finally {
      for (const dataId of lent) cpu.disposeData(dataId, true);
    }
  };
}

/** Values on the cpu engine, which keeps complex numbers as two tensors. */
function put(
  cpu: MathBackendCPU,
  values: tf.backend_util.BackendValues,
  shape: number[],
  dtype: tf.DataType,
): tf.DataId {
  if (dtype !== "complex64") return cpu.write(values, shape, dtype);
  const parts = tf.backend_util.splitRealAndImagArrays(values as Float32Array);
  const part = (of: Float32Array) => ({
    dataId: cpu.write(of, shape, "float32"),
    shape,
    dtype: "float32" as const,
  });
  const dataId = cpu.write(null as unknown as Float32Array, shape, dtype);
  cpu.data.get(dataId).complexTensorInfos = { real: part(parts.real), imag: part(parts.imag) };
  return dataId;
}

function read(
  kernelName: string,
  from: tf.KernelBackend,
  { dataId }: tf.TensorInfo,
): tf.backend_util.BackendValues {
  try {
    return from.readSync(dataId) as tf.backend_util.BackendValues;
  } catch (cause) {
    const reason = cause instanceof Error ? cause.message : String(cause);
    throw new Error(`the operation ${kernelName} is not compiled, and its operand can't be read: ${reason}`, {
      cause,
    });
  }
}
