import { deepEqual, equal, match } from "node:assert/strict";
import { join } from "node:path";
import { notebookText, readNotebook } from "../notebook/format.ts";
import { code, notebook, shownText } from "../notebook/support_test.ts";
import { RUN, runNotebookCommand } from "./run.ts";
import { performIn, temporaryWorkspace } from "./support_test.ts";

const NOTEBOOK = notebookText(
  notebook(code("const folds = 3;", { tags: ["parameters"] }), code("console.log(folds);", { shown: "3" })),
);

Deno.test("task run writes the executed copy and its page where it says, and not into the source", async () => {
  await using workspace = await temporaryWorkspace({ notebooks: { "a.ipynb": NOTEBOOK } });
  const { code, stdout } = await workspace.run("run", "notebooks/a.ipynb", "--set", "folds=5");
  equal(code, 0);
  equal(stdout, "executed notebook: results/local/a/a.ipynb\nHTML page:         results/local/a/a.html\n");
  const executed = await readNotebook(join(workspace.path, "results/local/a/a.ipynb"));
  deepEqual(executed.cells.map(shownText), ["", "", "5\n"]);
  match(await Deno.readTextFile(join(workspace.path, "results/local/a/a.html")), /<\/html>/);
  equal(await Deno.readTextFile(join(workspace.path, "notebooks/a.ipynb")), NOTEBOOK);
});

Deno.test("task run tells what is wrong with its arguments before it runs anything", async () => {
  const folder = await Deno.makeTempDir();
  await Deno.writeTextFile(join(folder, "a.ipynb"), NOTEBOOK);
  const message = async (...args: string[]) => {
    const { code, stderr } = await performIn(folder, RUN, runNotebookCommand, args);
    equal(code, 1);
    return stderr;
  };
  match(
    await message("a.ipynb", "--set", "fold=5"),
    /^--set fold: \S*a\.ipynb has no parameter "fold"; known: folds\n$/,
  );
  match(
    await message("a.ipynb", "--profile", "quick"),
    /^--set profile: \S*a\.ipynb has no parameter "profile"; known: folds\n$/,
  );
  match(await message("b.ipynb"), /^cannot read the notebook .*b\.ipynb: there is no such file\n$/);
  match(await message("a.ipynb", "--out", "a.ipynb"), /does not overwrite its source/);
  match(
    await message("a.ipynb", "--out", "a.html"),
    /^--out a\.html: expected a path that ends in \.ipynb\n$/,
  );
  deepEqual([...Deno.readDirSync(folder)].map(({ name }) => name), ["a.ipynb"]);
  await Deno.remove(folder, { recursive: true });
});
