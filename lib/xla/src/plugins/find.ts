/** Which plugin is loaded: one that the user named, else one whose SHA-256 is in the table of those that are known. */
import { realpath, stat } from "node:fs/promises";
import { join } from "node:path";
import process from "node:process";
import { UserError } from "../errors.ts";
import { runtime } from "../runtime/mod.ts";
import { installedCuda, isCudaPlugin, prepareBundle, prepareNamed } from "./cuda.ts";
import { type Driver, probeDriver } from "./driver.ts";
import { type PluginPlace, verifyFile } from "./files.ts";
import table from "./table.json" with { type: "json" };

/** XLA for the CPU of one platform: a wheel on the Python package index, and the library inside it. */
export interface CpuPlugin {
  /** A target triple. */
  platform: string;
  package: string;
  version: string;
  wheelSha256: string;
  /** Bytes, as are all sizes. */
  wheelSize: number;
  /** The library's path in the wheel, and its own name. */
  member: string;
  file: string;
  sha256: string;
  size: number;
}

/** The plugin for a platform (a target triple, this machine's unless given), or undefined where none is known. */
export function pluginFor(platform: string = runtime.target): CpuPlugin | undefined {
  return table.cpu.find((plugin) => plugin.platform === platform);
}

/** Where an installed plugin is; its checksum is part of the path, so another version is another file. */
export const installedPath = ({ folder }: PluginPlace, { sha256, file }: CpuPlugin): string =>
  join(folder, sha256.slice(0, 16), file);

/** The line for platforms without a plugin that is known. */
export function whyNoPlugin(platform: string = runtime.target): string {
  return `No XLA plugin is known for ${platform}; PJRT_PLUGIN_LIBRARY_PATH can point at one.`;
}

/** Checks an installed plugin. @throws UserError with both checksums and the command that repairs it */
export const verifyPlugin = (
  path: string,
  { sha256 }: Pick<CpuPlugin, "sha256">,
  { command }: Pick<PluginPlace, "command"> = {},
): Promise<void> => verifyFile(path, sha256, command?.("--repair"));

export const DEVICES = ["auto", "cuda", "cpu"] as const;
/** `auto`: a GPU where there is one and its plugin is installed. */
export type DeviceName = (typeof DEVICES)[number];

export interface FoundPlugin {
  /** Its file; NVIDIA's libraries beside it are loaded. */
  path?: string;
  /** Why there is none, and what to do, in one line; empty if there is one. */
  reason: string;
  /** Whether it is for NVIDIA GPUs. */
  cuda: boolean;
}

/**
 * The plugin to load: the file that PJRT_PLUGIN_LIBRARY_PATH names (unchecked: it is the user's own), else the installed
 * one for the device, its checksum verified.
 *
 * @throws UserError for a GPU that can't be used, and a missing or damaged file
 */
export async function findPlugin(place: PluginPlace, device: DeviceName = "auto"): Promise<FoundPlugin> {
  const named = process.env.PJRT_PLUGIN_LIBRARY_PATH;
  if (named) return await namedPlugin(named);
  const bundle = device === "cpu" ? undefined : await installedCuda(place);
  if (choosesCuda(device, bundle !== undefined, probeDriver, place.command)) {
    return { path: await prepareBundle(bundle!), reason: "", cuda: true };
  }
  const plugin = pluginFor();
  if (!plugin) return { reason: whyNoPlugin(), cuda: false };
  const path = installedPath(place, plugin);
  if (!await stat(path).catch(() => undefined)) {
    const advice = place.command
      ? `${place.command("")} installs it`
      : `${path} is to be ${plugin.member} of the wheel ${plugin.package} ${plugin.version}`;
    return { reason: `The XLA plugin is not installed yet (${advice}).`, cuda: false };
  }
  await verifyPlugin(path, plugin, place);
  return { path, reason: "", cuda: false };
}

async function namedPlugin(path: string): Promise<FoundPlugin> {
  const info = await stat(path).catch(() => undefined);
  if (!info?.isFile()) {
    throw new UserError(
      `PJRT_PLUGIN_LIBRARY_PATH is ${path}, which is ${info ? "not a file" : "not there"}`,
    );
  }
  const cuda = isCudaPlugin(path);
  if (cuda) prepareNamed(await realpath(path));
  return { path, reason: "", cuda };
}

/**
 * Whether to run on a GPU: `cuda` if asked for, `auto` if its plugin is installed and the driver has a GPU.
 *
 * @throws UserError if a GPU was asked for and can't be used, with what to do about it
 */
export function choosesCuda(
  asked: DeviceName,
  installed: boolean,
  driver: () => Driver,
  command?: PluginPlace["command"],
): boolean {
  if (asked === "cpu" || (asked === "auto" && !installed)) return false;
  const { reason } = driver();
  if (asked === "auto") return reason === "";
  if (!installed) {
    throw new UserError(
      "the device is to be cuda, but XLA for NVIDIA GPUs is not installed" +
        (command ? `: ${command("--cuda")} installs it` : "") + (reason ? ` (and ${reason})` : ""),
    );
  }
  if (reason) throw new UserError(`the device is to be cuda, but ${reason}`);
  return true;
}
