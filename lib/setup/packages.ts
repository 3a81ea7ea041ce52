/** npm packages: everything the import map names, in Deno's cache, checked by deno.lock. */
import { join } from "node:path";
import { UserError } from "../errors.ts";
import { lastLines, run } from "./command.ts";
import { ROOT } from "./paths.ts";
import type { Say } from "./step.ts";

/**
 * Fetches what is missing; with everything cached this takes a moment and no network.
 *
 * @throws UserError if the packages cannot be fetched, or are not those of deno.lock
 */
export async function ensurePackages(say: Say): Promise<string> {
  const notice = setTimeout(() => say("fetching npm packages"), 1000);
  const result = await run(Deno.execPath(), ["install", "--quiet"], { cwd: ROOT, env: { NO_COLOR: "1" } });
  clearTimeout(notice);
  if (result?.code !== 0) {
    const said = (result?.stderr ?? "").replace(/Stack backtrace:[\s\S]*/, "").replace(/^Download .*$/gm, "");
    throw new UserError(
      `the npm packages could not be fetched; check the network connection, and the registry and proxy that npm uses. ` +
        `Deno said:\n${lastLines(said, 6)}`,
    );
  }
  const { imports } = JSON.parse(await Deno.readTextFile(join(ROOT, "deno.json")));
  return `${Object.keys(imports).length} npm packages and what they need`;
}
