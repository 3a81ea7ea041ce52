import { deepEqual, equal, rejects } from "node:assert/strict";
import { join } from "node:path";
import { writeNotebook } from "./format.ts";
import { code, notebook } from "./support_test.ts";
import { bringBack, copyNotebooks, type Folders } from "./working_copy.ts";

async function withFolders(work: (folders: Folders, write: Write) => Promise<void>): Promise<void> {
  const root = await Deno.makeTempDir();
  const folders = { source: join(root, "notebooks"), copy: join(root, "copies") };
  await Deno.mkdir(folders.source);
  const write: Write = (folder, source) =>
    writeNotebook(join(folders[folder], "a.ipynb"), notebook(code(source)));
  try {
    await work(folders, write);
  } finally {
    await Deno.remove(root, { recursive: true });
  }
}

type Write = (folder: keyof Folders, source: string) => Promise<void>;

const textIn = (folders: Folders, folder: keyof Folders) =>
  Deno.readTextFile(join(folders[folder], "a.ipynb"));

Deno.test("a copy is made, made anew when only its source has changed, and left alone once it was changed", () =>
  withFolders(async (folders, write) => {
    await write("source", "1;");
    deepEqual(await copyNotebooks(folders), { paths: [join(folders.copy, "a.ipynb")], behind: [] });
    await write("source", "2;");
    deepEqual((await copyNotebooks(folders)).behind, []);
    equal(await textIn(folders, "copy"), await textIn(folders, "source"));
    await write("copy", "mine;");
    deepEqual((await copyNotebooks(folders)).behind, []);
    await write("source", "3;");
    deepEqual((await copyNotebooks(folders)).behind, ["a"]);
    equal((await textIn(folders, "copy")).includes("mine;"), true);
  }));

Deno.test("a changed copy is brought back, and is then the same as its source", () =>
  withFolders(async (folders, write) => {
    await write("source", "1;");
    await copyNotebooks(folders);
    await write("copy", "mine;");
    equal(await bringBack("a", folders), true);
    equal((await textIn(folders, "source")).includes("mine;"), true);
    equal(await bringBack("a.ipynb", folders), false);
    deepEqual((await copyNotebooks(folders)).behind, []);
  }));

Deno.test("a copy that there is not is named", () =>
  withFolders(async (folders, write) => {
    await write("source", "1;");
    await copyNotebooks(folders);
    await rejects(bringBack("b", folders), /there is no copy "b.ipynb"; known: a.ipynb/);
  }));
