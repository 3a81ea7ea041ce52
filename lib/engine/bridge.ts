import * as tf from "@tensorflow/tfjs-core";
import type { MathBackendCPU } from "@tensorflow/tfjs-backend-cpu";

/**
 * Runs on tfjs's `cpu` kernels what a backend lacks: operands are read, and results handed back.
 * Correct for every kernel, slow for large tensors; inside a compiled function reading fails with its own message.
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
          const values = target.readSync(info.dataId) as tf.backend_util.BackendValues;
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
