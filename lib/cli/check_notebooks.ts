/** Checks the code of notebooks: the kernel takes a missing export for undefined and looks at no types at all. */
import { join } from "node:path";
import { type Notebook, plainText, readNotebook } from "../notebook/format.ts";
import { INJECTED } from "../notebook/parameters.ts";
import { ROOT } from "../paths.ts";
import { runTool } from "../setup/command.ts";

export async function listNotebooks(folder = join(ROOT, "notebooks")): Promise<string[]> {
  const names: string[] = [];
  for await (const { name, isFile } of Deno.readDir(folder)) {
    if (isFile && name.endsWith(".ipynb")) names.push(name);
  }
  return names.sort().map((name) => join(folder, name));
}

/** All code of a notebook as one module; cells that a run injected are left out, since they declare names again. */
export function notebookModule(notebook: Notebook): string {
  const parts = notebook.cells.map(({ cell_type, metadata, source }, index) =>
    cell_type === "code" && !metadata.tags?.includes(INJECTED)
      ? `// Cell ${index + 1}.\n${plainText(source)}\n\n`
      : ""
  );
  return `${parts.join("")}export {};\n`;
}

/**
 * The compiler's complaints that matter in a notebook: syntax (1000 to 1999), names and modules that do not exist
 * (2304, 2305, 2307, 2552, 2614, 2724), options that a function does not know (2353, 2561), calls with too few or too
 * many arguments (2554, 2555). The rest would ask for annotations that only clutter a cell.
 */
const SERIOUS = /^TS(1\d{3}|2304|2305|2307|2353|2552|2554|2555|2561|2614|2724) \[ERROR\]/;

function seriousErrors(said: string): string[] {
  const complaints = said.split(/\n(?=TS\d+ \[ERROR\])/);
  return complaints.filter((text) => SERIOUS.test(text) && text.includes(".ipynb.check.ts:"))
    .map((text) => text.replace(/\n\n(?:Found \d+ errors|error: )[\s\S]*/, "").trim());
}

/** Checks each notebook as a module beside it, where its imports resolve; returns what is wrong with them. */
export async function notebookErrors(folder?: string): Promise<string[]> {
  const modules: string[] = [];
  try {
    for (const path of await listNotebooks(folder)) {
      const module = `${path}.check.ts`;
      modules.push(module);
      await Deno.writeTextFile(module, notebookModule(await readNotebook(path)));
    }
    if (modules.length === 0) return [];
    const options = { cwd: ROOT, env: { NO_COLOR: "1" } };
    const result = await runTool(Deno.execPath(), ["check", "--quiet", ...modules], options);
    return seriousErrors(result?.stderr ?? "");
  } finally {
    for (const module of modules) await Deno.remove(module).catch(() => {});
  }
}
