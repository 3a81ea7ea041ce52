/** The tensor engine: which one runs below the TensorFlow.js API, and what it can tell of itself. */
import { join } from "node:path";
import * as tf from "@tensorflow/tfjs-core";
// Registers tfjs's gradients and its cpu backend, which tfjs-core alone does not.
import "@tensorflow/tfjs";
import { UserError } from "../errors.ts";
import * as xla from "../xla/mod.ts";
import { CACHE } from "../setup/paths.ts";
import { type DevicePlugin, findDevice } from "./device.ts";
import { registerHostRandom } from "./random.ts";
import { startTensorflow } from "./tensorflow.ts";
import { startWasm } from "./wasm.ts";

export { checkpoint, scan } from "./control.ts";
export { createRng, type Rng } from "./random.ts";
export {
  bucketOf,
  type Buckets,
  type JitOptions,
  liveBuffers,
  maskOf,
  padTo,
  type ProgramMemory,
  type ScanOptions,
  type ScanStep,
  type TensorSpec,
  tensorSpec,
} from "../xla/mod.ts";

export const ENGINES = ["xla", "tensorflow", "wasm", "cpu"] as const;
export type EngineName = (typeof ENGINES)[number];

/** What is written into records and shown to users. */
export interface EngineInfo {
  engine: EngineName;
  /** The kind of device, for example "cpu" or "NVIDIA H200". */
  device: string;
  /** How many threads compute. */
  threads: number;
  /** For xla: the plugin's file name, the version of its API and its own version. */
  plugin?: string;
  /** For xla: the options of its compiler that are not its defaults. */
  options?: string;
  /** For xla on a GPU: how products of float32 are computed, see SPIN_PRECISION. */
  precision?: "float32" | "tf32";
  /** For tensorflow: the versions of TensorFlow and of tfjs-node. */
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
  if (asked === "tensorflow") return current = await startTensorflowEngine();
  return current = asked === "cpu" ? await startCpu() : await startWasmEngine();
}

/** The engine in use; chooses the default one if none is yet. */
export async function currentEngine(): Promise<EngineInfo> {
  return current ?? await useEngine();
}

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
    throw new UserError(error instanceof Error ? error.message : String(error));
  }
  await tf.setBackend(xla.BACKEND);
  const { client } = backend;
  return {
    engine: "xla",
    device: client.deviceKind,
    threads: navigator.hardwareConcurrency,
    ...client.platform === "cpu" ? {} : { precision: options.precision === "fast" ? "tf32" : "float32" },
    plugin: `${path.split("/").pop()} (PJRT API ${client.api.version}, ${client.platform})`,
    options: xla.describeCompilerOptions(client.platform),
    tfjs: tf.version_core,
  };
}

/** Where compiled programs of earlier processes are: SPIN_PROGRAMS names another folder, or is "off". */
function programFolder(): string | undefined {
  const asked = Deno.env.get("SPIN_PROGRAMS") || join(CACHE, "programs");
  return asked === "off" ? undefined : asked;
}

async function startCpu(): Promise<EngineInfo> {
  registerHostRandom("cpu");
  await tf.setBackend("cpu");
  return { engine: "cpu", device: "cpu", threads: 1, tfjs: tf.version_core };
}

async function startTensorflowEngine(): Promise<EngineInfo> {
  const started = await startTensorflow();
  registerHostRandom("tensorflow");
  xla.bridgeMissingKernels("tensorflow");
  return { engine: "tensorflow", ...started, tfjs: tf.version_core };
}

async function startWasmEngine(): Promise<EngineInfo> {
  const threads = await startWasm();
  registerHostRandom("wasm");
  xla.bridgeMissingKernels("wasm");
  return { engine: "wasm", device: "cpu", threads, tfjs: tf.version_core };
}

/** A function that `jit` made. */
export interface Compiled<A extends unknown[], R> {
  (...args: A): R;
  /**
   * The same, but resolves when the results are there; where programs are compiled and run by other threads, the event
   * loop goes on meanwhile.
   */
  async(...args: A): Promise<R>;
  /** Compiles its program for these arguments on another thread, without running it; nothing where none is compiled. */
  prepare(...args: A): Promise<void>;
  /** The memory its program needs for these arguments, once called; undefined on engines that do not compile. */
  memory(...args: A): xla.ProgramMemory | undefined;
  dispose(): void;
}

/**
 * Compiles a function of tensors. On `xla` it is recorded once for each signature of its arguments and runs as one
 * program, with the variables it assigns updated in place; on other engines it runs as it is, freeing what it makes.
 * Plain numbers are part of the signature: pass what changes at every step as a tensor.
 *
 * @param options matter on `xla` alone: elsewhere nothing is compiled, and donated tensors keep their values.
 *
 * The engine is the one in use when the compiled function is called; it must be chosen by then.
 */
export function jit<A extends unknown[], R>(
  fn: (...args: A) => R,
  options?: xla.JitOptions,
): Compiled<A, R> {
  let compiled: xla.Jitted<A, R> | undefined;
  const onXla = () => compiled ??= xla.jit(backend!, fn, options);
  const call = (...args: A): R => current?.engine === "xla" ? onXla()(...args) : eager(fn, args);
  const async = async (...args: A): Promise<R> => {
    if (current?.engine === "xla") return await onXla().async(...args);
    // Timers and events first: nothing else lets them through here.
    await new Promise((resolve) => setTimeout(resolve));
    return eager(fn, args);
  };
  return Object.assign(call, {
    async,
    prepare: async (...args: A) => {
      if (current?.engine === "xla") await onXla().prepare(...args);
    },
    memory: (...args: A) => current?.engine === "xla" ? compiled?.memory(...args) : undefined,
    dispose: () => compiled?.dispose(),
  });
}

function eager<A extends unknown[], R>(fn: (...args: A) => R, args: A): R {
  const result = tf.tidy(() => {
    const value = fn(...args);
    // tfjs would only print a line, and free what the function still works with.
    if (value instanceof Promise) {
      value.catch(() => {});
      throw new TypeError("a compiled function must not be async");
    }
    return value as unknown as tf.TensorContainer;
  });
  return result as R;
}

/** What the compiled program of `fn` needs, exactly, without running it; inputs are tensors or `tensorSpec`s. */
export function memoryOf(fn: (...args: never[]) => unknown, ...inputs: unknown[]): xla.ProgramMemory {
  if (current?.engine !== "xla") {
    throw new UserError(
      `memoryOf needs the xla engine, which compiles; the engine is ${current?.engine ?? "not chosen"}`,
    );
  }
  return xla.memoryOf(backend!, fn, ...inputs);
}

/**
 * Milliseconds spent compiling so far, and the numbers of programs that were compiled and that came from disk; zero on
 * engines that do not compile.
 */
export function compileTime(): { milliseconds: number; programs: number; stored: number } {
  return { ...(backend?.programs.spent ?? { milliseconds: 0, programs: 0, stored: 0 }) };
}

/** Resolves when the tensors' values are there, letting the event loop go on meanwhile. */
export async function ready(...tensors: tf.Tensor[]): Promise<void> {
  if (current?.engine === "xla") await Promise.all(tensors.map(({ dataId }) => backend!.ready(dataId)));
  else await Promise.all(tensors.map((tensor) => tensor.data()));
}
