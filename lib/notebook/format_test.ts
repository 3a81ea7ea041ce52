import { deepEqual, equal, rejects } from "node:assert/strict";
import { join } from "node:path";
import { notebookName, notebookText, readNotebook, writeNotebook } from "./format.ts";
import { code, fixturePath, notebook } from "./support_test.ts";

async function readText(text: string): Promise<unknown> {
  const path = await Deno.makeTempFile({ suffix: ".ipynb" });
  await Deno.writeTextFile(path, text);
  return await readNotebook(path).finally(() => Deno.remove(path));
}

Deno.test("a notebook comes back as it was written", async () => {
  const folder = await Deno.makeTempDir();
  const path = join(folder, "a.ipynb");
  const original = notebook(code("1;"));
  await writeNotebook(path, original);
  deepEqual(await readNotebook(path), original);
  await Deno.remove(folder, { recursive: true });
});

Deno.test("notebooks are written as Jupyter writes them: reading and writing a committed one changes nothing", async () => {
  const path = fixturePath("shows");
  equal(notebookText(await readNotebook(path)), await Deno.readTextFile(path));
});

Deno.test("what is not a notebook for this kernel is refused with the reason", async () => {
  await rejects(
    readNotebook("/nowhere/a.ipynb"),
    /cannot read the notebook \/nowhere\/a\.ipynb: there is no such file/,
  );
  await rejects(readText("{"), /is not a notebook: it does not hold JSON/);
  await rejects(readText("{}"), /is not a notebook of format 4/);
  const python = { ...notebook(), metadata: { kernelspec: { name: "python3" } } };
  await rejects(readText(JSON.stringify(python)), /is made for the kernel "python3"/);
});

Deno.test("a notebook's name is its file's without the ending", () => {
  equal(notebookName("/a/01_uci.ipynb"), "01_uci");
});
