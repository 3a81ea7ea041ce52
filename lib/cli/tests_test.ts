import { deepEqual, equal } from "node:assert/strict";
import { join } from "node:path";
import { ROOT } from "../setup/paths.ts";
import { ALL_TESTS } from "./run_tests.ts";
import { temporaryWorkspace } from "./temporary_workspace.ts";

/** Runs one test file by `task test`; returns its exit code and its last line. */
async function lastLine(source: string): Promise<[code: number, line: string]> {
  await using workspace = await temporaryWorkspace();
  await Deno.writeTextFile(join(workspace.path, "a_test.ts"), source);
  const { code, stdout } = await workspace.run("tests", "a_test.ts");
  return [code, stdout.trimEnd().split("\n").at(-1)!];
}

Deno.test("task test ends with the counts and says by its exit code whether all passed", async () => {
  const fine = 'Deno.test("fine", () => {});\n';
  const bad = 'Deno.test("bad", () => { throw new Error("no"); });\n';
  equal((await lastLine(fine + fine)).join(" "), "0 2 passed, 0 failed");
  equal((await lastLine(fine + bad)).join(" "), "1 1 passed, 1 failed");
  equal((await lastLine(fine + 'const a: number = "text";')).join(" "), "1 0 passed, 1 failed");
});

Deno.test("all tests are in the parts that are run, each once", async () => {
  const filesOf = async (args: string[]): Promise<string[]> => {
    const ignored = args.flatMap((arg) => arg.startsWith("--ignore=") ? arg.slice(9).split(",") : []);
    const files: string[] = [];
    const walk = async (folder: string): Promise<void> => {
      for await (const { name, isDirectory } of Deno.readDir(join(ROOT, folder))) {
        const path = `${folder}/${name}`;
        if (ignored.includes(path)) continue;
        if (isDirectory) await walk(path);
        else if (name.endsWith("_test.ts")) files.push(path);
      }
    };
    for (const arg of args) if (!arg.startsWith("--")) await walk(arg.replace(/\/$/, ""));
    return files;
  };
  const parts = (await Promise.all(ALL_TESTS.map(filesOf))).flat();
  deepEqual(parts.sort(), (await filesOf(["lib/"])).sort());
});
