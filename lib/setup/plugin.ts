/** Puts XLA's plugins for the CPU and for NVIDIA GPUs in their place. */
import {
  type CpuPlugin,
  type CudaBundle,
  cudaBundle,
  type CudaVersion,
  type Driver,
  findPlugin,
  installedPath,
  isInstalled,
  pluginFor,
  probeDriver,
  verifyBundle,
  verifyPlugin,
  whyNoPlugin,
} from "@spin/xla/plugins";
import { dirname, join } from "node:path";
import { UserError } from "../errors.ts";
import { PLUGINS, ROOT, taskCommand } from "../paths.ts";
import { requireSpace } from "./disk.ts";
import { makeBundle, parseLock, removeLeftovers, requirePlatform, type Say, unpackWheels } from "./wheels.ts";

const TEMPORARY = "download-";

/**
 * Makes sure that the engine has a plugin, where one is known for this machine; downloads it anew with `repair`.
 *
 * @returns a line that names the plugin, or says what runs instead
 * @throws UserError if the download fails or a checksum is not the expected one; nothing is left behind
 */
export async function ensurePlugin(say: Say, repair: boolean): Promise<string> {
  if (Deno.env.get("PJRT_PLUGIN_LIBRARY_PATH")) {
    return `${(await findPlugin(PLUGINS)).path} (PJRT_PLUGIN_LIBRARY_PATH)`;
  }
  const plugin = pluginFor();
  if (!plugin) return `none: ${whyNoPlugin()} The wasm engine is used`;
  const path = installedPath(PLUGINS, plugin);
  if (repair) await Deno.remove(dirname(path), { recursive: true }).catch(() => {});
  if (await Deno.stat(path).catch(() => undefined)) await verifyPlugin(path, plugin, PLUGINS);
  else await installPlugin(plugin, path, PLUGINS.folder, say);
  return `XLA for the CPU (${plugin.package} ${plugin.version}), checksum verified`;
}

/** Downloads a plugin and puts it at `path`, by way of a `folder` on its disk. @throws as `ensurePlugin` */
export async function installPlugin(
  plugin: CpuPlugin,
  path: string,
  folder: string,
  say: Say,
): Promise<void> {
  await Deno.mkdir(folder, { recursive: true });
  await removeLeftovers(folder, TEMPORARY);
  await requireSpace(folder, plugin.size + 2 * plugin.wheelSize, "the XLA plugin");
  const temporary = await Deno.makeTempDir({ dir: folder, prefix: TEMPORARY });
  try {
    const { package: name, version, wheelSha256, member } = plugin;
    const pin = { package: name, version, line: `${name}==${version} --hash=sha256:${wheelSha256}` };
    const withSize: Say = (line) => say(`${line} (${Math.round(plugin.wheelSize / 1e6)} MB)`);
    const hashes = await unpackWheels({ pins: [pin], key: "" }, temporary, { patterns: [member] }, withSize);
    if (hashes[member] !== plugin.sha256) {
      throw new UserError(
        `${plugin.file} does not match its checksum: expected SHA-256 ${plugin.sha256}, ` +
          `found ${hashes[member]}. Nothing was installed; try again, and if it stays so, ` +
          "the package index in use serves another file",
      );
    }
    await Deno.mkdir(dirname(path), { recursive: true });
    await Deno.rename(join(temporary, member), path);
    await verifyPlugin(path, plugin, PLUGINS);
  } finally {
    await Deno.remove(temporary, { recursive: true }).catch(() => {});
  }
}

/** Libraries of 3.8 GiB for CUDA 13 and 4.8 GiB for CUDA 12, and the largest wheel (0.6 GB) beside them. */
const SPACE = 6 * 2 ** 30;

/** The libraries, the programs that XLA starts, and NVIDIA's device library. */
const PATTERNS = ["*.so", "*.so.*", "nvidia/*/bin/*", "*.bc"];

/** The version of CUDA to install. @throws UserError if the driver is to tell, and is absent or too old */
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
 * Makes sure that XLA for NVIDIA GPUs is installed, anew with `repair`.
 *
 * @returns a line that names what is installed, and says so if no GPU can be used
 * @throws UserError as `chooseVersion` does, without network or disk space, or for a wrong checksum
 */
export async function ensureCuda(say: Say, asked: CudaVersion | "auto", repair: boolean): Promise<string> {
  const driver = probeDriver();
  const bundle = cudaBundle(chooseVersion(asked, driver), PLUGINS);
  if (repair || !await isInstalled(bundle)) await install(bundle, say);
  else await verifyBundle(bundle);
  const gpu = driver.reason ? `; it can't be used here: ${driver.reason}` : "";
  const [plugin] = lockOf(bundle).pins;
  return `${bundle.name} (${plugin!.package} ${plugin!.version}), checksums verified${gpu}`;
}

const lockOf = ({ wheels }: CudaBundle) => parseLock(`${wheels.join("\n")}\n`);

async function install(bundle: CudaBundle, say: Say): Promise<void> {
  requirePlatform("XLA for CUDA");
  await requireSpace(ROOT, SPACE, bundle.name);
  await makeBundle(bundle, (folder) => unpackWheels(lockOf(bundle), folder, { patterns: PATTERNS }, say));
}
