import { deepEqual, equal, ok } from "node:assert/strict";
import { readdir } from "node:fs/promises";
import { join } from "node:path";
import { ROOT } from "../paths.ts";
import { testFiles } from "./run_tests.ts";
import { temporaryWorkspace } from "./support_test.ts";

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
  equal(
    (await lastLine(fine + 'const a: number = "text";')).join(" "),
    "1 1 passed, 1 failed",
    "wrong types",
  );
  equal((await lastLine(fine + 'throw new Error("no");')).join(" "), "1 0 passed, 1 failed");
  equal((await lastLine("")).join(" "), "1 0 passed, 1 failed", "nothing was tested");
});

Deno.test("every test file is run by task test or by task test --slow, and by one of them alone", async () => {
  const names = await readdir(join(ROOT, "lib"), { recursive: true });
  const files = names.filter((name) => name.endsWith("_test.ts") && !name.endsWith("support_test.ts"))
    .map((name) => `lib/${name}`);
  const [fast, slow] = [await testFiles(), await testFiles({ slow: true })];
  ok(fast.length > 0 && slow.length > 0);
  deepEqual([...fast, ...slow].sort(), files.sort());
});
