import { deepEqual, equal, match, ok } from "node:assert/strict";
import { readdir } from "node:fs/promises";
import { join } from "node:path";
import { ROOT } from "../paths.ts";
import { testFiles, testGroups } from "./run_tests.ts";
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

Deno.test("files of a part of lib share processes, each file is in one, and long parts begin first", () => {
  const files = ["lib/a_test.ts", ...["a", "b", "c"].map((name) => `lib/data/${name}_test.ts`)];
  const apart = ["lib/cli/docs_test.ts", "lib/xla/test/x_test.ts", "lib/xla/test/y_test.ts"];
  deepEqual(testGroups([...files, ...apart], 2), [
    ...apart.map((file) => ({ name: file, files: [file] })),
    { name: "lib/a_test.ts", files: ["lib/a_test.ts"] },
    { name: "lib/data 1", files: ["lib/data/a_test.ts", "lib/data/c_test.ts"] },
    { name: "lib/data/b_test.ts", files: ["lib/data/b_test.ts"] },
  ]);
  // What runs alone begins like all others of its part.
  deepEqual(testGroups(files, 1).map(({ name }) => name), files);
});

Deno.test("tests that share a process are all run, and one that fails is told", async () => {
  await using workspace = await temporaryWorkspace();
  const folder = join(workspace.path, "tests");
  await Deno.mkdir(folder);
  await Deno.writeTextFile(join(folder, "a_test.ts"), 'await 0;\nDeno.test("a", () => {});\n');
  await Deno.writeTextFile(join(folder, "b_test.ts"), 'Deno.test("b", () => { throw new Error("no"); });\n');
  const { code, stdout } = await workspace.run("tests", "tests");
  equal(code, 1);
  match(stdout, /\nFAILED tests 1: b\n1 passed, 1 failed\n$/);
});
