/** TensorFlow.js on XLA through the PJRT C API. See README.md. */
import * as tf from "@tensorflow/tfjs-core";
import { XlaBackend } from "./backend/backend.ts";
import { BACKEND, registerKernels } from "./backend/register.ts";
import { type ClientOptions, createClient } from "./pjrt/client.ts";
import { type Precision, recordForCpu, setPrecision } from "./stablehlo/target.ts";

export { BACKEND, type ClientOptions, XlaBackend };
export { bridgeMissingKernels } from "./backend/bridge.ts";
export { type DeviceMemory, deviceMemory, resetPeak } from "./backend/device_memory.ts";
export { UserError } from "./errors.ts";
export { OutOfMemoryError } from "./backend/out_of_memory.ts";
export { bucketOf, type Buckets, maskOf, padTo } from "./buckets.ts";
export { checkpoint } from "./checkpoint.ts";
export { jit, type JitOptions, type Jitted, memoryOf } from "./jit.ts";
export { describeCompilerOptions } from "./pjrt/compiler_options.ts";
export type { NamedValue } from "./pjrt/named_values.ts";
export type { Precision } from "./stablehlo/target.ts";
export type { Mesh } from "./mesh.ts";
export { liveBuffers } from "./pjrt/buffer.ts";
export type { ProgramMemory } from "./pjrt/executable.ts";
export { scan, type ScanOptions, type ScanStep } from "./scan.ts";
export { type TensorSpec, tensorSpec } from "./tree.ts";

/**
 * Makes XLA available to tfjs under the name "xla": `tf.setBackend("xla")` then uses it.
 *
 * @param pluginPath a PJRT plugin; the caller vouches for it, since its code is run.
 * @param options `programFolder`: compiled programs are kept there for the next process; `precision` of float32
 * products on devices that have a choice, exact unless told; `createOptions` for the plugin
 * @throws Error if it can't be loaded.
 */
export function registerXla(
  pluginPath: string,
  options: ClientOptions & { programFolder?: string; precision?: Precision } = {},
): XlaBackend {
  registerKernels();
  const existing = tf.findBackend(BACKEND) as XlaBackend | null;
  if (existing) return existing;
  const client = createClient(pluginPath, options);
  recordForCpu(client.platform === "cpu");
  setPrecision(client.platform === "cpu" ? "fast" : options.precision ?? "exact");
  const backend = new XlaBackend(client, options.programFolder);
  tf.registerBackend(BACKEND, () => backend, 3);
  return backend;
}
