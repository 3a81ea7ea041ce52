/** npm packages: everything the import map and the modules under lib/ name, in Deno's cache, checked by deno.lock. */
import { join } from "node:path";
import { UserError } from "../errors.ts";
import { lastLines, run } from "./command.ts";
import { ROOT } from "./paths.ts";
import type { Say } from "./step.ts";

async function modules(folder: string): Promise<string[]> {
  const found: string[] = [];
  for await (const entry of Deno.readDir(folder)) {
    const path = join(folder, entry.name);
    if (entry.isDirectory) found.push(...await modules(path));
    else if (entry.name.endsWith(".ts")) found.push(path);
  }
  return found.sort();
}

/** Caches what is missing; with everything cached this takes a moment and no network. */
export async function ensurePackages(say: Say): Promise<string> {
  const files = await modules(join(ROOT, "lib"));
  const notice = setTimeout(() => say("fetching npm packages"), 1000);
  const result = await run(Deno.execPath(), ["cache", "--quiet", ...files], {
    cwd: ROOT,
    env: { NO_COLOR: "1" },
  });
  clearTimeout(notice);
  if (result?.code !== 0) {
    throw new UserError(
      `the npm packages could not be fetched; check the network connection. Deno said:\n` +
        lastLines(result?.stderr ?? "", 6),
    );
  }
  const { imports } = JSON.parse(await Deno.readTextFile(join(ROOT, "deno.json")));
  return `${Object.keys(imports).length} npm packages and what they need`;
}
