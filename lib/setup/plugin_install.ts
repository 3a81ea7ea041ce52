/** Fetches the XLA plugin from the Python package index and puts it in place once every checksum is right. */
import { dirname, join } from "node:path";
import { UserError } from "../errors.ts";
import { lastLines, runOrExplain } from "./command.ts";
import { sha256OfFile } from "./checksum.ts";
import { requireSpace } from "./disk.ts";
import { CACHE, PYTHON } from "./paths.ts";
import { pip } from "./pip.ts";
import {
  findPlugin,
  installedPath,
  type Plugin,
  pluginFor,
  rememberVerified,
  verifyPlugin,
  whyNoPlugin,
} from "./plugin.ts";
import type { Say } from "./step.ts";

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
    return `${(await findPlugin()).path} (PJRT_PLUGIN_LIBRARY_PATH)`;
  }
  const plugin = pluginFor();
  if (!plugin) return `none: ${whyNoPlugin()} The wasm engine is used`;
  const path = installedPath(plugin);
  if (repair) await Deno.remove(dirname(path), { recursive: true }).catch(() => {});
  if (await Deno.stat(path).catch(() => undefined)) await verifyPlugin(path, plugin);
  else await installPlugin(plugin, path, join(CACHE, "plugins"), say);
  return `XLA for the CPU (${plugin.package} ${plugin.version}), checksum verified`;
}

/**
 * Downloads a plugin and puts it at `path`, working in `folder`, which is on the same disk.
 *
 * @throws UserError as `ensurePlugin` does
 */
export async function installPlugin(plugin: Plugin, path: string, folder: string, say: Say): Promise<void> {
  await Deno.mkdir(folder, { recursive: true });
  await removeLeftovers(folder);
  await requireSpace(folder, plugin.size + 2 * plugin.wheelSize, "the XLA plugin");
  const temporary = await Deno.makeTempDir({ dir: folder, prefix: TEMPORARY });
  try {
    say(`downloading ${plugin.package} ${plugin.version} (${Math.round(plugin.wheelSize / 1e6)} MB)`);
    const wheel = await download(plugin, temporary);
    await requireChecksum(wheel, plugin.wheelSha256, plugin.wheel);
    say(`unpacking ${plugin.file} (${Math.round(plugin.size / 1e6)} MB) and verifying its checksum`);
    const library = join(temporary, plugin.file);
    await runOrExplain(
      PYTHON,
      ["-I", join(import.meta.dirname!, "extract.py"), wheel, plugin.member, library],
      ({ stderr }) => `${plugin.wheel} could not be unpacked:\n${lastLines(stderr)}`,
    );
    await requireChecksum(library, plugin.sha256, plugin.file);
    await Deno.mkdir(dirname(path), { recursive: true });
    await Deno.rename(library, path);
    await rememberVerified(path, plugin);
  } finally {
    await Deno.remove(temporary, { recursive: true }).catch(() => {});
  }
}

/** What a download that was killed could not remove itself. */
async function removeLeftovers(folder: string): Promise<void> {
  for await (const { name } of Deno.readDir(folder)) {
    if (name.startsWith(TEMPORARY)) await Deno.remove(join(folder, name), { recursive: true });
  }
}

async function download(plugin: Plugin, folder: string): Promise<string> {
  const list = join(folder, "requirements.txt");
  await Deno.writeTextFile(
    list,
    `${plugin.package}==${plugin.version} --hash=sha256:${plugin.wheelSha256}\n`,
  );
  const fixed = ["--quiet", "--no-deps", "--require-hashes", "--only-binary=:all:"];
  await pip(
    ["download", ...fixed, "--dest", folder, "--requirement", list],
    `${plugin.package} ${plugin.version}`,
  );
  return join(folder, plugin.wheel);
}

/** Throws a UserError with the expected and the found checksum if they differ. */
export async function requireChecksum(path: string, expected: string, name: string): Promise<void> {
  const found = await sha256OfFile(path);
  if (found === expected) return;
  throw new UserError(
    `${name} does not match its checksum: expected SHA-256 ${expected}, found ${found}. Nothing was installed; ` +
      `try again, and if it stays so, the package index in use serves another file`,
  );
}
