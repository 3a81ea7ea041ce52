/** Paths that a user typed. */
import { resolve } from "node:path";

/**
 * The absolute path of what a user typed. Tasks run in the workspace's folder; `deno task` tells where it was started,
 * and that is what relative paths mean.
 */
export function userPath(path: string): string {
  return resolve(Deno.env.get("INIT_CWD") ?? Deno.cwd(), path);
}
