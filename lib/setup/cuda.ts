/** XLA for NVIDIA GPUs: where set-up puts the plugin and NVIDIA's libraries, and how a plugin is made ready to load. */
import { existsSync, readdirSync } from "node:fs";
import { basename, dirname, join, relative } from "node:path";
import { UserError } from "../errors.ts";
import { type Bundle, isInstalled, makeBundle, verifyBundle } from "./bundle.ts";
import { requireSpace } from "./disk.ts";
import { CACHE, ROOT, taskCommand } from "./paths.ts";
import type { Say } from "./step.ts";
import { type Lock, readLock, requirePlatform, unpackWheels } from "./wheels.ts";

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
  const nvidia = join(packages, "nvidia");
  if (!existsSync(nvidia)) return [];
  const found = readdirSync(nvidia, { recursive: true, withFileTypes: true });
  return found.filter((entry) => !entry.isDirectory() && /\.so(\.\d+)*$|\.bc$/.test(entry.name))
    .map(({ parentPath, name }) => relative(packages, join(parentPath, name))).sort();
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

/** Libraries of 3.8 GiB for CUDA 13 and 4.8 GiB for CUDA 12, and the largest wheel (0.6 GB) beside them. */
const SPACE = 6 * 2 ** 30;

/** The libraries, the programs that XLA starts, and NVIDIA's device library. */
const PATTERNS = ["*.so", "*.so.*", "nvidia/*/bin/*", "*.bc"];

/**
 * The version of CUDA to install.
 *
 * @throws UserError if it is left to the driver and there is none, or one too old
 */
export function chooseVersion(asked: CudaVersion | "auto", driver: Driver): CudaVersion {
  if (asked !== "auto") return asked;
  const choose = `choose one with ${taskCommand("setup --cuda=13")} or --cuda=12`;
  if (!driver.cuda) throw new UserError(`${driver.reason}, so the version of CUDA is not known: ${choose}`);
  const [major, minor] = driver.cuda;
  if (major >= 13) return "13";
  if (major === 12) return "12";
  throw new UserError(
    `the NVIDIA driver runs CUDA ${major}.${minor} at most; expected 12 or later: update the driver`,
  );
}

/**
 * Makes sure that XLA for NVIDIA GPUs is installed.
 *
 * @param repair installs it anew even if it is there
 * @returns a line that names what is installed, and says so if no GPU can be used
 * @throws UserError as `chooseVersion` does, without network or disk space, or for a wrong checksum
 */
export async function ensureCuda(say: Say, asked: CudaVersion | "auto", repair: boolean): Promise<string> {
  const driver = probeDriver();
  const bundle = await cudaBundle(chooseVersion(asked, driver));
  if (repair || !await isInstalled(bundle)) await install(bundle, say);
  else await verifyBundle(bundle);
  const gpu = driver.reason ? `; it can't be used here: ${driver.reason}` : "";
  const [plugin] = bundle.lock.pins;
  return `${bundle.name} (${plugin!.package} ${plugin!.version}), checksums verified${gpu}`;
}

async function install(bundle: CudaBundle, say: Say): Promise<void> {
  requirePlatform("XLA for CUDA");
  await requireSpace(ROOT, SPACE, bundle.name);
  await makeBundle(bundle, (folder) => unpackWheels(bundle.lock, folder, { patterns: PATTERNS }, say));
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
const loaded: Deno.DynamicLibrary<Record<never, never>>[] = [];

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
      loaded.push(Deno.dlopen(join(folder, file), {}));
    } catch {
      continue;
    }
  }
}

/** What NVIDIA's driver says of itself, asked through its own library; no GPU is used for it. */

export interface Driver {
  /** The newest CUDA that it runs, as major and minor, such as [13, 0]; undefined without a driver. */
  cuda?: [number, number];
  /** How many GPUs it has. */
  gpus: number;
  /** Why there is no GPU to use, in a few words; empty if there is one. */
  reason: string;
}

const SYMBOLS = {
  cuDriverGetVersion: { parameters: ["buffer"], result: "i32" },
  cuInit: { parameters: ["u32"], result: "i32" },
  cuDeviceGetCount: { parameters: ["buffer"], result: "i32" },
} as const;

/** Asks the driver. It does not throw: a machine without a driver is an answer. */
export function probeDriver(library = "libcuda.so.1"): Driver {
  let driver: Deno.DynamicLibrary<typeof SYMBOLS>;
  try {
    driver = Deno.dlopen(library, SYMBOLS);
  } catch {
    return { gpus: 0, reason: `no NVIDIA driver was found (${library})` };
  }
  try {
    const { cuDriverGetVersion, cuInit, cuDeviceGetCount } = driver.symbols;
    const out = new Int32Array(1);
    if (cuDriverGetVersion(out) !== 0) {
      return { gpus: 0, reason: "the NVIDIA driver does not tell its version" };
    }
    const cuda = splitVersion(out[0]!);
    const failure = cuInit(0);
    if (failure !== 0) {
      return { cuda, gpus: 0, reason: `the NVIDIA driver does not start (error ${failure})` };
    }
    if (cuDeviceGetCount(out) !== 0 || out[0]! < 1) {
      return { cuda, gpus: 0, reason: "the NVIDIA driver has no GPU" };
    }
    return { cuda, gpus: out[0]!, reason: "" };
  } finally {
    driver.close();
  }
}

/** CUDA's way to write a version: 13020 is 13.2. */
export const splitVersion = (number: number): [number, number] => [
  Math.floor(number / 1000),
  Math.floor(number % 1000 / 10),
];
