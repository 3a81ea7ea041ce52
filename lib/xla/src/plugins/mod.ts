/** PJRT plugins: which are known, where they are, and whether they may be loaded. Imports nothing of tfjs. */
export { UserError } from "../errors.ts";
export {
  CUDA_VERSIONS,
  type CudaBundle,
  cudaBundle,
  type CudaVersion,
  installedCuda,
  isCudaPlugin,
  preload,
} from "./cuda.ts";
export { type Driver, probeDriver } from "./driver.ts";
export {
  type Bundle,
  completeBundle,
  isInstalled,
  type PluginPlace,
  sha256OfFile,
  verifyBundle,
} from "./files.ts";
export {
  type CpuPlugin,
  type DeviceName,
  DEVICES,
  findPlugin,
  type FoundPlugin,
  installedPath,
  pluginFor,
  verifyPlugin,
  whyNoPlugin,
} from "./find.ts";
