import { deepEqual, equal, match } from "node:assert/strict";
import { join } from "node:path";
import { notebookText } from "../notebook/format.ts";
import { code, notebook, prose } from "../notebook/support_test.ts";
import { listNotebooks, notebookErrors, notebookModule } from "./check_notebooks.ts";

async function withNotebook(source: string, work: (folder: string) => Promise<void>): Promise<void> {
  const folder = await Deno.makeTempDir();
  await Deno.writeTextFile(join(folder, "a.ipynb"), notebookText(notebook(code(source))));
  await work(folder).finally(() => Deno.remove(folder, { recursive: true }));
}

Deno.test("a notebook's module is its code in order, without what a run injected", () => {
  const source = notebook(
    prose("# Title"),
    code("const a = 1;"),
    code("const a = 2;", { tags: ["injected-parameters"] }),
  );
  equal(notebookModule(source), "// Cell 2.\nconst a = 1;\n\nexport {};\n");
});

Deno.test("a name that a module does not export is found, and nothing is left beside the notebook", async () => {
  const source = 'import { nothing } from "node:path";\nnothing();\nconst untyped = (a) => a;';
  await withNotebook(source, async (folder) => {
    const errors = await notebookErrors(folder);
    equal(errors.length, 1);
    match(errors[0]!, /^TS2305 .*has no exported member 'nothing'[\s\S]*a\.ipynb\.check\.ts:2:10$/);
    deepEqual([...Deno.readDirSync(folder)].map(({ name }) => name), ["a.ipynb"]);
  });
});

Deno.test("a right notebook has no errors, and a folder without notebooks neither", async () => {
  await withNotebook("const half = (a) => a / 2;\nconsole.log(half(2));", async (folder) => {
    deepEqual(await listNotebooks(folder), [join(folder, "a.ipynb")]);
    deepEqual(await notebookErrors(folder), []);
    await Deno.remove(join(folder, "a.ipynb"));
    deepEqual(await notebookErrors(folder), []);
  });
});
