/** XLA for NVIDIA GPUs: where the plugin and NVIDIA's libraries are, and how they are made ready to load. */
import { createHash } from "node:crypto";
import { existsSync, readdirSync } from "node:fs";
import { basename, dirname, join, relative } from "node:path";
import process from "node:process";
import { type Library, runtime } from "../runtime/mod.ts";
import { type Bundle, isInstalled, type PluginPlace, verifyBundle } from "./files.ts";
import table from "./table.json" with { type: "json" };

/** Of CUDA. */
export type CudaVersion = keyof typeof table.cuda;

/** Newest first. */
export const CUDA_VERSIONS: readonly CudaVersion[] = ["13", "12"];

/** A folder of Python packages: the plugin and NVIDIA's libraries. */
export interface CudaBundle extends Bundle {
  /** The wheels that it is made of, as lines of pip's requirements with their SHA-256; the plugin's first. */
  wheels: readonly string[];
  /** The plugin's file. */
  plugin: string;
}

/**
 * The bundle of the versions that are known here, there or not.
 *
 * @param place where plugins are
 */
export function cudaBundle(version: CudaVersion, { folder: plugins, command }: PluginPlace): CudaBundle {
  const wheels = table.cuda[version];
  const key = createHash("sha256").update(`${wheels.join("\n")}\n`).digest("hex").slice(0, 16);
  const folder = join(plugins, `cuda${version}-${key}`);
  return {
    wheels,
    folder,
    plugin: join(folder, "jax_plugins", `xla_cuda${version}`, "xla_cuda_plugin.so"),
    name: `XLA for CUDA ${version}`,
    repair: command?.(`--cuda=${version} --repair`),
  };
}

/** The installed bundle, the one for the newest CUDA first; undefined if there is none. */
export async function installedCuda(place: PluginPlace): Promise<CudaBundle | undefined> {
  for (const version of CUDA_VERSIONS) {
    const bundle = cudaBundle(version, place);
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
 * it.
 */
export function prepareNamed(plugin: string): void {
  const packages = dirname(dirname(dirname(plugin)));
  prepareLibraries(packages, nvidiaFiles(packages));
}

/** Whether a plugin's file is called as those for NVIDIA GPUs are. */
export const isCudaPlugin = (path: string): boolean => /cuda|gpu/i.test(basename(path));

/** NVIDIA's libraries and programs in a folder of Python packages, as paths in it. */
export function nvidiaFiles(packages: string): string[] {
  const nvidia = join(packages, "nvidia");
  if (!existsSync(nvidia)) return [];
  const found = readdirSync(nvidia, { recursive: true, withFileTypes: true });
  return found.filter((entry) => !entry.isDirectory() && /\.so(\.\d+)*$|\.bc$/.test(entry.name))
    .map(({ parentPath, name }) => relative(packages, join(parentPath, name))).sort();
}

function prepareLibraries(packages: string, files: string[]): void {
  const flags = cudaFlags(packages, files, process.env.XLA_FLAGS ?? "");
  if (flags !== "") process.env.XLA_FLAGS = flags;
  // Otherwise XLA tells of every program that it compiles.
  process.env[LOG_LEVEL] ||= "1";
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

/** In this order each finds those it is linked to already there. */
const ORDER = [
  "libcudart",
  "libnvrtc",
  "libnvJitLink",
  "libcublasLt",
  "libcublas",
  "libcurand",
  "libnccl",
  "libcupti",
  "libcusparse",
  "libcusolver",
  "libcufft",
  "libnvshmem_host",
  "libcudnn",
];

/** Libraries stay loaded while they are referred to; what is loaded here is needed until the process ends. */
const loaded: Library<Record<never, never>>[] = [];

/** The libraries among these files that are loaded, in the order in which they are. */
export function preloadOrder(files: string[]): string[] {
  return ORDER.flatMap((name) => files.filter((file) => basename(file).startsWith(`${name}.so`)));
}

/**
 * Loads NVIDIA's libraries, so that later look-ups by name find these copies wherever they lie. One that can't be
 * loaded is left out: the plugin then says what it misses.
 *
 * @param files paths in the folder
 */
export function preload(folder: string, files: string[]): void {
  for (const file of preloadOrder(files)) {
    try {
      loaded.push(runtime.openLibrary(join(folder, file), {}));
    } catch {
      continue;
    }
  }
}
