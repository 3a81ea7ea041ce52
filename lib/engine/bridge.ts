import * as tf from "@tensorflow/tfjs-core";
import type { MathBackendCPU } from "@tensorflow/tfjs-backend-cpu";

/**
 * Runs on tfjs's `cpu` kernels what a backend lacks: operands are read, and results handed back.
 * Correct for every kernel, slow for large tensors, and impossible inside a compiled function, where operands have no
 * values yet: there it throws an error that names the kernel.
 */
export function bridgeMissingKernels(backendName: string): void {
  for (const { kernelName, kernelFunc } of tf.getKernelsForBackend("cpu")) {
    if (tf.getKernel(kernelName, backendName)) continue;
    tf.registerKernel({
      kernelName,
      backendName,
      kernelFunc: ({ inputs, attrs, backend }) => {
        const cpu = tf.findBackend("cpu") as MathBackendCPU;
        const target = backend as tf.KernelBackend;
        const lent: tf.DataId[] = [];
        const lend = (info: tf.TensorInfo): tf.TensorInfo => {
          const values = read(kernelName, target, info);
          const dataId = cpu.write(values, info.shape, info.dtype);
          lent.push(dataId);
          return { dataId, shape: info.shape, dtype: info.dtype };
        };
        const given = Array.isArray(inputs)
          ? inputs.map((info) => lend(info as tf.TensorInfo))
          : Object.fromEntries(
            Object.entries(inputs).filter(([, info]) => info != null)
              .map(([name, info]) => [name, lend(info as tf.TensorInfo)]),
          );
        const take = (info: tf.TensorInfo): tf.TensorInfo => {
          const values = cpu.readSync(info.dataId) as tf.backend_util.BackendValues;
          lent.push(info.dataId);
          return {
            dataId: target.write(values, info.shape, info.dtype),
            shape: info.shape,
            dtype: info.dtype,
          };
        };
        const result = kernelFunc({ inputs: given as tf.NamedTensorInfoMap, attrs, backend: cpu });
        const taken = Array.isArray(result) ? result.map(take) : take(result);
        for (const dataId of lent) cpu.disposeData(dataId, true);
        return taken;
      },
    });
  }
}

function read(
  kernelName: string,
  from: tf.KernelBackend,
  info: tf.TensorInfo,
): tf.backend_util.BackendValues {
  try {
    return from.readSync(info.dataId) as tf.backend_util.BackendValues;
  } catch (cause) {
    const reason = cause instanceof Error ? cause.message : String(cause);
    throw new Error(`the operation ${kernelName} is not compiled, and its operand can't be read: ${reason}`, {
      cause,
    });
  }
}
