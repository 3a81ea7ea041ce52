/** Where the workspace keeps what set-up makes; every path is absolute. */
import type { PluginPlace } from "@spin/xla/plugins";
import { join } from "node:path";

/** The folder that holds deno.json. */
export const ROOT = join(import.meta.dirname!, "..");

/** The Python environment that runs and renders notebooks. */
export const ENVIRONMENT = join(ROOT, ".venv");

/** Its interpreter. */
export const PYTHON = join(ENVIRONMENT, "bin", "python");

/** Downloads; nothing in it is committed and all of it can be made again. */
export const CACHE = join(ROOT, "data", "cache");

/** What runs on this machine leave behind; not committed. */
export const LOCAL = join(ROOT, "results", "local");

/** How a reader starts a task of this workspace, whether or not `deno` is installed. */
export function taskCommand(task: string): string {
  return `npx -y deno@${Deno.version.deno} task ${task}`;
}

/** Where set-up puts XLA's plugins, and the task that does. */
export const PLUGINS: PluginPlace = {
  folder: join(CACHE, "plugins"),
  command: (words) => taskCommand(`setup ${words}`.trim()),
};
