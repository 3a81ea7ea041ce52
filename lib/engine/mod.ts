/** The tensor engine: which one runs below the TensorFlow.js API, and what it can tell of itself. */
// Registers tfjs's gradients and its cpu backend, which tfjs-core alone does not.
import "@tensorflow/tfjs";

import xlaPackage from "../xla/deno.json" with { type: "json" };
import * as xla from "@spin/xla";
import { getThreadsCount, setWasmPaths } from "@tensorflow/tfjs-backend-wasm";
import * as tf from "@tensorflow/tfjs-core";
import { join } from "node:path";
import { fileURLToPath } from "node:url";
import { UserError } from "../errors.ts";
import { reasonOf } from "../files.ts";
import { CACHE } from "../paths.ts";
import { type DevicePlugin, findDevice, precisionName } from "./device.ts";
import { registerHostRandom } from "./random.ts";
import { startTensorflow } from "./tensorflow.ts";

export { createRng, type Rng } from "./random.ts";
export {
  bucketOf,
  jit,
  type JitOptions,
  type Jitted as Compiled,
  liveBuffers,
  memoryOf,
  type ProgramMemory,
  scan,
  tensorSpec,
} from "@spin/xla";

export const ENGINES = ["xla", "tensorflow", "wasm", "cpu"] as const;
export type EngineName = (typeof ENGINES)[number];

/** What is written into records and shown to users. */
export interface EngineInfo {
  engine: EngineName;
  /** The kind of device, for example "cpu" or "NVIDIA H200". */
  device: string;
  threads: number;
  /** For xla: the plugin's file name, the version of its API and its own version. */
  plugin?: string;
  /** For xla: the options of its compiler that are not its defaults. */
  options?: string;
  /** For xla on a GPU: how products of float32 are computed, see SPIN_PRECISION. */
  precision?: string;
  /** For tensorflow: the versions of TensorFlow and of tfjs-node. For xla: that of our package, on which last bits depend. */
  library?: string;
  tfjs: string;
}

let current: EngineInfo | undefined;
let backend: xla.XlaBackend | undefined;

/**
 * Chooses the engine for all that follows: by name, else by the environment variable SPIN_ENGINE, else `xla`
 * where a plugin is at hand and `wasm` elsewhere (with one line that says so). SPIN_DEVICE chooses the device of `xla`.
 *
 * @throws UserError for an unknown name, or where `xla` or `tensorflow` was asked for and cannot be loaded.
 */
export async function useEngine(name?: string): Promise<EngineInfo> {
  const asked = name ?? (Deno.env.get("SPIN_ENGINE") || undefined);
  if (asked !== undefined && !ENGINES.includes(asked as EngineName)) {
    throw new UserError(`engine: expected one of ${ENGINES.join(", ")}, found '${asked}'`);
  }
  // tfjs's cpu engine, which also stands in for what others lack, suggests a native add-on at its first use.
  (tf.findBackend("cpu") as unknown as { firstUse: boolean }).firstUse = false;
  if (asked === undefined || asked === "xla") {
    const plugin = await findDevice();
    if (plugin.path) return current = await startXla(plugin.path, plugin);
    if (asked) throw new UserError(plugin.reason);
    console.error(`${plugin.reason} Using the wasm engine.`);
  }
  return current = await startOther(asked === "tensorflow" || asked === "cpu" ? asked : "wasm");
}

/** The engine in use; chooses the default one if none is yet. */
export async function currentEngine(): Promise<EngineInfo> {
  return current ?? await useEngine();
}

/** Threads of xla's programs on the CPU: as NPROC says, which XLA reads too; else the processors that the process may use. */
export const threadCount = (): number => Number(Deno.env.get("NPROC")) || navigator.hardwareConcurrency;

/** A short line for people: engine, device, versions, threads. */
export function describeEngine(info: EngineInfo): string {
  const below = info.plugin ?? info.library;
  const plugin = below ? `, ${below}` : "";
  const precision = info.precision ? `, ${info.precision}` : "";
  const threads = `${info.threads} thread${info.threads === 1 ? "" : "s"}`;
  return `${info.engine} on ${info.device} (${threads}${precision}${plugin}, tfjs ${info.tfjs})`;
}

async function startXla(path: string, options: DevicePlugin): Promise<EngineInfo> {
  try {
    backend = xla.registerXla(path, { ...options, programFolder: programFolder() });
  } catch (error) {
    throw new UserError(reasonOf(error));
  }
  await tf.setBackend(xla.BACKEND);
  const { client } = backend;
  return {
    engine: "xla",
    device: client.deviceKind,
    threads: threadCount(),
    ...options.precision ? { precision: precisionName(options.precision) } : {},
    plugin: `${path.split("/").pop()} (PJRT API ${client.api.version}, ${client.platform})`,
    options: xla.describeCompilerOptions(client.platform),
    library: `${xlaPackage.name} ${xlaPackage.version}`,
    tfjs: tf.version_core,
  };
}

/** Where compiled programs of earlier processes are: SPIN_PROGRAMS names another folder, or is "off". */
function programFolder(): string | undefined {
  const asked = Deno.env.get("SPIN_PROGRAMS") || join(CACHE, "programs");
  return asked === "off" ? undefined : asked;
}

/** The other engines: their own starts, and what of ours they lack. */
const STARTS = {
  async cpu() {
    await tf.setBackend("cpu");
    return { device: "cpu", threads: 1 };
  },
  tensorflow: startTensorflow,
  wasm: async () => ({ device: "cpu", threads: await startWasm() }),
};

async function startOther(engine: keyof typeof STARTS): Promise<EngineInfo> {
  const started = await STARTS[engine]();
  registerHostRandom(engine);
  if (engine !== "cpu") xla.bridgeMissingKernels(engine);
  return { engine, ...started, tfjs: tf.version_core };
}

/**
 * Milliseconds spent compiling so far, and the numbers of programs that were compiled and that came from disk; zero on
 * engines that do not compile.
 */
export function compileTime(): { milliseconds: number; programs: number; stored: number } {
  return { ...(backend?.programs.spent ?? { milliseconds: 0, programs: 0, stored: 0 }) };
}

/** Disposes of the tensors in objects and arrays, at any depth. */
export const free = (...tensors: unknown[]): void => tf.dispose(tensors as tf.TensorContainer);

/** Resolves when the tensors' values are there, letting the event loop go on meanwhile. */
export async function ready(...tensors: tf.Tensor[]): Promise<void> {
  if (current?.engine === "xla") await Promise.all(tensors.map(({ dataId }) => backend!.ready(dataId)));
  else await Promise.all(tensors.map((tensor) => tensor.data()));
}

/** Starts tfjs's WebAssembly backend from the files in its package. @returns the number of threads it uses. */
async function startWasm(): Promise<number> {
  setWasmPaths(fileURLToPath(new URL("./", import.meta.resolve("@tensorflow/tfjs-backend-wasm"))));
  await tf.setBackend("wasm");
  return getThreadsCount();
}
