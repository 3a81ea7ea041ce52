import { deepEqual, equal, match, rejects } from "node:assert/strict";
import { join } from "node:path";
import { type Notebook, notebookText, readNotebook } from "./format.ts";
import { cellsWithoutOutput, runNotebook } from "./run.ts";
import { code, fixturePath, notebook, shownText } from "./support_test.ts";

async function inFolder(work: (folder: string) => Promise<void>): Promise<void> {
  const folder = await Deno.makeTempDir();
  await work(folder).finally(() => Deno.remove(folder, { recursive: true }));
}

const texts = ({ cells }: Notebook) => cells.filter(({ cell_type }) => cell_type === "code").map(shownText);

Deno.test("a run writes a new notebook and a page that needs nothing else, and leaves the source alone", async () => {
  await inFolder(async (folder) => {
    const source = fixturePath("shows");
    const before = await Deno.readTextFile(source);
    const output = join(folder, "new", "shows.ipynb");
    const page = join(folder, "new", "shows.html");
    const progressFile = join(folder, "progress.json");
    await runNotebook({ source, settings: ["folds=3", "sets=p,q"], output, page, progressFile });

    equal(await Deno.readTextFile(source), before);
    const executed = await readNotebook(output);
    equal(await Deno.readTextFile(output), notebookText(executed));
    const [, injected, imports, bar, table, last] = texts(executed);
    equal(injected, "");
    match(imports!, /"folds":3,"rate":0\.5,"verbose":false,"profile":"quick","sets":\["p","q"\]/);
    match(bar!, /^folds: 3 in .* · loss 0\.3333$/);
    match(table!, /name {3}value\n----/);
    match(last!, /^0\n1\n[\s\S]*19\n\nthe last output$/);
    deepEqual(JSON.parse(await Deno.readTextFile(progressFile)).done, 3);

    const html = await Deno.readTextFile(page);
    match(html, /<title>Shows everything<\/title>/);
    match(html, /<math tabindex="0" display="block"/);
    match(html, /<td[^>]*>&lt;y&gt;<\/td>/);
    equal(/<script|<link|src="(?!data:)|url\(/.test(html), false);
  });
});

Deno.test("the source is overwritten on demand only", async () => {
  await inFolder(async (folder) => {
    const source = join(folder, "a.ipynb");
    const page = join(folder, "a.html");
    await Deno.writeTextFile(source, notebookText(notebook(code('console.log("ran");'))));
    await rejects(runNotebook({ source, output: source, page }), /a run does not overwrite its source/);
    await rejects(Deno.stat(page), Deno.errors.NotFound);
    await runNotebook({ source, output: source, page, overwrite: true });
    deepEqual(texts(await readNotebook(source)), ["ran\n"]);
  });
});

Deno.test("a cell that shows nothing now, though it did, fails the run, and nothing is written", async () => {
  await inFolder(async (folder) => {
    const source = join(folder, "a.ipynb");
    const output = join(folder, "out.ipynb");
    await Deno.writeTextFile(
      source,
      notebookText(notebook(code("1;"), code("const a = 1;", { shown: "1" }))),
    );
    await rejects(
      runNotebook({ source, output, page: join(folder, "out.html") }),
      /a\.ipynb, cell 2: no output now/,
    );
    deepEqual([...Deno.readDirSync(folder)].map(({ name }) => name), ["a.ipynb"]);
  });
});

Deno.test("cells that never showed anything may stay silent", () => {
  deepEqual(
    cellsWithoutOutput([code("1"), code("2", { shown: "2" })], [code("1"), code("2", { shown: "3" })]),
    [],
  );
  deepEqual(cellsWithoutOutput([code("1", { shown: "1" })], [code("1")]), [0]);
});
