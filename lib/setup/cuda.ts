/** XLA for NVIDIA GPUs: where set-up puts the plugin and NVIDIA's libraries, and how a plugin is made ready to load. */
import { existsSync } from "node:fs";
import { basename, dirname, join, relative } from "node:path";
import { type Bundle, isInstalled, verifyBundle } from "./bundle.ts";
import { CACHE } from "./paths.ts";
import { preload } from "./preload.ts";
import { type Lock, readLock } from "./wheels.ts";

/** Of CUDA. */
export type CudaVersion = "12" | "13";

/** Newest first. */
export const CUDA_VERSIONS: readonly CudaVersion[] = ["13", "12"];

export interface CudaBundle extends Bundle {
  lock: Lock;
  /** The plugin's file. */
  plugin: string;
}

/** The bundle of this workspace's pinned versions, there or not. */
export async function cudaBundle(version: CudaVersion): Promise<CudaBundle> {
  const lock = await readLock(`cuda${version}`);
  const folder = join(CACHE, "plugins", `cuda${version}-${lock.key}`);
  return {
    lock,
    folder,
    plugin: join(folder, "jax_plugins", `xla_cuda${version}`, "xla_cuda_plugin.so"),
    name: `XLA for CUDA ${version}`,
    repair: `setup --cuda=${version} --repair`,
  };
}

/** The installed bundle, the one for the newest CUDA first; undefined if there is none. */
export async function installedCuda(): Promise<CudaBundle | undefined> {
  for (const version of CUDA_VERSIONS) {
    const bundle = await cudaBundle(version);
    if (await isInstalled(bundle)) return bundle;
  }
}

/**
 * Makes an installed plugin ready to be loaded.
 *
 * @returns the plugin's path
 * @throws UserError if one of its files is damaged
 */
export async function prepareBundle(bundle: CudaBundle): Promise<string> {
  prepareLibraries(bundle.folder, await verifyBundle(bundle));
  return bundle.plugin;
}

/**
 * Makes a plugin that the user named ready to be loaded: in a folder of Python packages, NVIDIA's libraries lie beside
 * it. Nothing happens for a plugin of another kind.
 */
export function prepareNamed(plugin: string): void {
  if (!isCudaPlugin(plugin)) return;
  const packages = dirname(dirname(dirname(plugin)));
  prepareLibraries(packages, nvidiaFiles(packages));
}

/** Whether a plugin's file is called as those for NVIDIA GPUs are. */
export const isCudaPlugin = (path: string): boolean => /cuda|gpu/i.test(basename(path));

/** NVIDIA's libraries and programs in a folder of Python packages, as paths in it. */
export function nvidiaFiles(packages: string): string[] {
  const found: string[] = [];
  const search = (folder: string) => {
    for (const { name, isDirectory } of Deno.readDirSync(folder)) {
      const path = join(folder, name);
      if (isDirectory) search(path);
      else if (/\.so(\.\d+)*$|\.bc$/.test(name)) found.push(relative(packages, path));
    }
  };
  const nvidia = join(packages, "nvidia");
  if (existsSync(nvidia)) search(nvidia);
  return found.sort();
}

function prepareLibraries(packages: string, files: string[]): void {
  const flags = cudaFlags(packages, files, Deno.env.get("XLA_FLAGS") ?? "");
  if (flags !== "") Deno.env.set("XLA_FLAGS", flags);
  // Otherwise XLA tells of every program that it compiles.
  if (!Deno.env.get(LOG_LEVEL)) Deno.env.set(LOG_LEVEL, "1");
  preload(packages, files);
}

const LOG_LEVEL = "TF_CPP_MIN_LOG_LEVEL";
const DATA_DIR = "--xla_gpu_cuda_data_dir";

/**
 * XLA's flags with the folder in which XLA looks for NVIDIA's assembler (bin/ptxas) and its device library
 * (nvvm/libdevice); unchanged if the user named one, or there is none.
 */
export function cudaFlags(packages: string, files: string[], flags: string): string {
  const device = files.find((file) => file.endsWith(join("nvvm", "libdevice", "libdevice.10.bc")));
  if (!device || flags.includes(DATA_DIR)) return flags;
  return `${flags} ${DATA_DIR}=${join(packages, dirname(dirname(dirname(device))))}`.trim();
}
