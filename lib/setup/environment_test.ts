import { equal, match } from "node:assert/strict";
import { join } from "node:path";
import { rebuildReason, type Stamp } from "./environment.ts";

/** A folder like a finished environment: an interpreter that answers, a package, a stamp. */
async function environmentFolder(): Promise<string> {
  const folder = await Deno.makeTempDir();
  const packages = join(folder, "lib", "python3.11", "site-packages", "nbclient");
  await Deno.mkdir(packages, { recursive: true });
  await Deno.mkdir(join(folder, "bin"));
  await Deno.writeTextFile(join(packages, "__init__.py"), "");
  await Deno.writeTextFile(join(folder, "bin", "python"), "#!/bin/sh\necho 3.11\n", { mode: 0o755 });
  const stamp: Stamp = { python: [3, 11, 7], requirements: "hash" };
  await Deno.writeTextFile(join(folder, "workspace.json"), JSON.stringify(stamp));
  return folder;
}

async function why(damage: (folder: string) => Promise<void>, hash = "hash"): Promise<string> {
  const folder = await environmentFolder();
  await damage(folder);
  const reason = await rebuildReason(folder, hash, ["nbclient"]);
  await Deno.remove(folder, { recursive: true }).catch(() => {});
  return reason ?? "in order";
}

Deno.test("a finished environment is left alone", async () => {
  equal(await why(() => Promise.resolve()), "in order");
});

Deno.test("one that is missing is built", async () => {
  equal(await why((folder) => Deno.remove(folder, { recursive: true })), "building .venv");
});

Deno.test("one that an interrupted set-up left half made is rebuilt", async () => {
  match(await why((folder) => Deno.remove(join(folder, "workspace.json"))), /did not finish/);
});

Deno.test("one for other requirements is rebuilt", async () => {
  match(await why(() => Promise.resolve(), "another"), /other versions/);
});

Deno.test("one whose interpreter is gone, or another one now, is rebuilt", async () => {
  match(await why((folder) => Deno.remove(join(folder, "bin", "python"))), /Python 3\.11 is gone/);
  match(
    await why((folder) => Deno.writeTextFile(join(folder, "bin", "python"), "#!/bin/sh\necho 3.12\n")),
    /is gone/,
  );
});

Deno.test("one that lacks a package is rebuilt", async () => {
  const remove = (folder: string) => Deno.remove(join(folder, "lib"), { recursive: true });
  match(await why(remove), /package nbclient is gone/);
});
