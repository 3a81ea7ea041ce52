/** A fingerprint of all that a notebook's results depend on, so that a finished one need not run again. */
import { createHash } from "node:crypto";
import { join, relative } from "node:path";
import { joined, type Notebook } from "../notebook/format.ts";
import { ROOT } from "../setup/paths.ts";

/** Folders whose files do not change results: commands, set-up, tests' data, and downloads named by their checksum. */
const SKIPPED = ["lib/cli", "lib/setup", "data/cache"];

async function filesUnder(folder: string, found: string[] = []): Promise<string[]> {
  for await (const entry of Deno.readDir(folder)) {
    const path = join(folder, entry.name);
    if (entry.isDirectory && entry.name !== "testdata" && !SKIPPED.includes(relative(ROOT, path))) {
      await filesUnder(path, found);
    } else if (entry.isFile && !entry.name.endsWith("_test.ts") && !entry.name.endsWith(".part")) {
      found.push(path);
    }
  }
  return found;
}

/** The fingerprint of the code and the data of the workspace, and of the engine asked for. */
export async function workspaceHash(): Promise<string> {
  const files = [...await filesUnder(join(ROOT, "lib")), ...await filesUnder(join(ROOT, "data"))];
  const hash = createHash("sha256").update(Deno.env.get("SPIN_ENGINE") ?? "");
  for (const path of [...files.sort(), join(ROOT, "deno.lock")]) {
    hash.update(relative(ROOT, path)).update(await Deno.readFile(path));
  }
  return hash.digest("hex");
}

/** The fingerprint of a run: the notebook's cells, parameters of the run among them, and the workspace's. */
export function inputsHash(notebook: Notebook, workspace: string): string {
  const hash = createHash("sha256").update(workspace);
  for (const { cell_type, source } of notebook.cells) {
    hash.update(JSON.stringify([cell_type, joined(source)]));
  }
  return hash.digest("hex");
}
