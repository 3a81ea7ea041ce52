/**
 * The XLA plugin: a shared library with XLA's compiler and runtime for one kind of device. It is loaded only after
 * its SHA-256 was found to be the one in plugins.json.
 */
import { dirname, join } from "node:path";
import { UserError } from "../errors.ts";
import { writeAtomic } from "../files.ts";
import { removeLeftovers } from "./bundle.ts";
import { requireSpace, sha256OfFile } from "./disk.ts";
import { CACHE, taskCommand } from "./paths.ts";
import plugins from "./plugins.json" with { type: "json" };
import type { Say } from "./step.ts";
import { unpackWheels } from "./wheels.ts";

/** One entry of plugins.json: a Python wheel on the package index, and the library inside it. */
export type Plugin = (typeof plugins)[number];

/** The plugin for a platform (a target triple, this machine's unless given), or undefined where none is known. */
export function pluginFor(platform: string = Deno.build.target): Plugin | undefined {
  return plugins.find((plugin) => plugin.platform === platform);
}

/** Where set-up puts a plugin; its checksum is part of the path, so another version is another file. */
function installedPath(plugin: Plugin): string {
  return join(CACHE, "plugins", plugin.sha256.slice(0, 16), plugin.file);
}

interface PluginSearch {
  path?: string;
  /** Why there is none, and what to do, in one line; empty if there is one. */
  reason: string;
}

/**
 * The plugin to load: the file that PJRT_PLUGIN_LIBRARY_PATH names (unchecked: it is the user's own), else the one
 * that set-up installed, its checksum verified.
 *
 * @throws UserError if the named file does not exist, or the installed one is damaged
 */
export async function findPlugin(): Promise<PluginSearch> {
  const named = Deno.env.get("PJRT_PLUGIN_LIBRARY_PATH");
  if (named) {
    const info = await Deno.stat(named).catch(() => undefined);
    if (info?.isFile) return { path: named, reason: "" };
    throw new UserError(
      `PJRT_PLUGIN_LIBRARY_PATH is ${named}, which is ${info ? "not a file" : "not there"}`,
    );
  }
  const plugin = pluginFor();
  if (!plugin) return { reason: whyNoPlugin() };
  const path = installedPath(plugin);
  if (!await Deno.stat(path).catch(() => undefined)) {
    return { reason: `The XLA plugin is not installed yet (${taskCommand("setup")} installs it).` };
  }
  await verifyPlugin(path, plugin);
  return { path, reason: "" };
}

/** The line for platforms without a plugin of ours. */
export function whyNoPlugin(platform: string = Deno.build.target): string {
  return `No XLA plugin is known for ${platform}; PJRT_PLUGIN_LIBRARY_PATH can point at one.`;
}

/** The file whose checksum was found right: while its size, time of change and inode stay, so does its content. */
interface Verified {
  sha256: string;
  size: number;
  changed: number | null;
  inode: number | null;
}

const sidecar = (path: string) => `${path}.verified.json`;

async function identify(path: string, sha256: string): Promise<string> {
  const { size, mtime, ino } = await Deno.stat(path);
  return JSON.stringify({ sha256, size, changed: mtime?.getTime() ?? null, inode: ino } satisfies Verified);
}

/** Notes that this very file was found right, so that later starts need not read it. */
async function rememberVerified(path: string, plugin: Pick<Plugin, "sha256">): Promise<void> {
  await writeAtomic(sidecar(path), await identify(path, plugin.sha256));
}

/**
 * Checks a plugin's SHA-256. Its 270 MB are read only if the file is not the one that was checked last time.
 *
 * @throws UserError with the expected and the found checksum, and the command that repairs it
 */
export async function verifyPlugin(path: string, plugin: Pick<Plugin, "sha256">): Promise<void> {
  const known = await Deno.readTextFile(sidecar(path)).catch(() => undefined);
  if (known === await identify(path, plugin.sha256)) return;
  const found = await sha256OfFile(path);
  if (found !== plugin.sha256) throw new UserError(damaged(path, plugin.sha256, found));
  await rememberVerified(path, plugin);
}

function damaged(path: string, expected: string, found: string): string {
  return `the XLA plugin ${path} is damaged and was not loaded: expected SHA-256 ${expected}, found ${found}. ` +
    `To download it again: ${taskCommand("setup --repair")}`;
}

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
    await rememberVerified(path, plugin);
  } finally {
    await Deno.remove(temporary, { recursive: true }).catch(() => {});
  }
}
