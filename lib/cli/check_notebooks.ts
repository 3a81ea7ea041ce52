/** Type-checks the code of notebooks, which the kernel runs without looking at types or at missing exports. */
import { join } from "node:path";
import { type Cell, joined, type Notebook, readNotebook } from "../notebook/format.ts";
import { INJECTED } from "../notebook/parameters.ts";
import { run } from "../setup/command.ts";
import { ROOT } from "../setup/paths.ts";

/** The notebooks of a folder, in the order of their names. */
export async function listNotebooks(folder = join(ROOT, "notebooks")): Promise<string[]> {
  const names: string[] = [];
  for await (const { name, isFile } of Deno.readDir(folder)) {
    if (isFile && name.endsWith(".ipynb")) names.push(name);
  }
  return names.sort().map((name) => join(folder, name));
}

const isCode = ({ cell_type, metadata }: Cell) => cell_type === "code" && !metadata.tags?.includes(INJECTED);

/** All code of a notebook as one module; cells that a run injected are left out, since they declare names again. */
export function notebookModule(notebook: Notebook): string {
  const cells = notebook.cells.map((cell, index) => ({ cell, index })).filter(({ cell }) => isCode(cell));
  const parts = cells.map(({ cell, index }) => `// Cell ${index + 1}.\n${joined(cell.source)}\n`);
  return [...parts, "export {};\n"].join("\n");
}

/** Checks each notebook as a module beside it, where its imports resolve; returns what is wrong, or nothing. */
export async function notebookErrors(folder?: string): Promise<string> {
  const modules: string[] = [];
  try {
    for (const path of await listNotebooks(folder)) {
      const module = `${path}.check.ts`;
      modules.push(module);
      await Deno.writeTextFile(module, notebookModule(await readNotebook(path)));
    }
    if (modules.length === 0) return "";
    const result = await run(Deno.execPath(), ["check", "--quiet", ...modules], { cwd: ROOT });
    return result?.code === 0 ? "" : result?.stderr || "the notebooks could not be checked";
  } finally {
    for (const module of modules) await Deno.remove(module).catch(() => {});
  }
}
