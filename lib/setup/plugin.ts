/** Puts the XLA plugin for the CPU in its place. */
import {
  type CpuPlugin,
  findPlugin,
  installedPath,
  pluginFor,
  verifyPlugin,
  whyNoPlugin,
} from "@spin/xla/plugins";
import { dirname, join } from "node:path";
import { UserError } from "../errors.ts";
import { PLUGINS } from "../paths.ts";
import { removeLeftovers } from "./bundle.ts";
import { requireSpace } from "./disk.ts";
import type { Say } from "./step.ts";
import { unpackWheels } from "./wheels.ts";

const TEMPORARY = "download-";

/**
 * Makes sure that the engine has a plugin, where one is known for this machine.
 *
 * @param repair downloads it anew even if a file is there
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

/**
 * Downloads a plugin and puts it at `path`, working in `folder`, which is on the same disk.
 *
 * @throws UserError as `ensurePlugin` does
 */
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
        `${plugin.file} does not match its checksum: expected SHA-256 ${plugin.sha256}, found ` +
          `${hashes[member]}. ` +
          `Nothing was installed; try again, and if it stays so, the package index in use serves another file`,
      );
    }
    await Deno.mkdir(dirname(path), { recursive: true });
    await Deno.rename(join(temporary, member), path);
    await verifyPlugin(path, plugin, PLUGINS);
  } finally {
    await Deno.remove(temporary, { recursive: true }).catch(() => {});
  }
}
