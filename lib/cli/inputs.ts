/** A fingerprint of all that a notebook's results depend on, so that a finished one need not run again. */
import { createHash } from "node:crypto";
import { join, relative } from "node:path";
import { REPEAT } from "../experiments/run.ts";
import { type Notebook, plainText } from "../notebook/format.ts";
import { ROOT } from "../paths.ts";

/** Folders whose files do not change results: commands, set-up, tests' data, and downloads named by their checksum. */
const SKIPPED = ["lib/cli", "lib/setup", "data/cache"];

/** The files of a folder; none where there is no such folder. */
async function filesUnder(folder: string, found: string[] = []): Promise<string[]> {
  if (!await Deno.stat(folder).then(() => true, () => false)) return found;
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

/** Folders that notebooks read. */
const READ = ["lib", "data", join("results", "records"), join("results", "weights")];

/** The fingerprint of the code, the data and the kept records of the workspace, and of what the environment asks for. */
export async function workspaceHash(): Promise<string> {
  const files = (await Promise.all(READ.map((folder) => filesUnder(join(ROOT, folder))))).flat();
  const asked = ["SPIN_ENGINE", REPEAT].map((name) => Deno.env.get(name) ?? "");
  const hash = createHash("sha256").update(asked.join("\n"));
  for (const path of [...files.sort(), join(ROOT, "deno.lock")]) {
    hash.update(relative(ROOT, path)).update(await Deno.readFile(path));
  }
  return hash.digest("hex");
}

/** The fingerprint of a run: the notebook's cells, parameters of the run among them, and the workspace's. */
export function inputsHash(notebook: Notebook, workspace: string): string {
  const hash = createHash("sha256").update(workspace);
  for (const { cell_type, source } of notebook.cells) {
    hash.update(JSON.stringify([cell_type, plainText(source)]));
  }
  return hash.digest("hex");
}
