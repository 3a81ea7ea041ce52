/** Paths that a user typed. */
import { resolve } from "node:path";
import { ROOT } from "../paths.ts";

/**
 * The absolute path of what a user typed. A task runs in the workspace's folder wherever it was started, and
 * `deno task` tells where that was: relative paths mean that place. A command run in another folder was started there.
 */
export function userPath(path: string, folder = Deno.cwd(), started = Deno.env.get("INIT_CWD")): string {
  const inWorkspace = Deno.realPathSync(folder) === Deno.realPathSync(ROOT);
  return resolve(inWorkspace && started ? started : folder, path);
}
