import { equal } from "node:assert/strict";
import { describeFailure } from "./execute.ts";

/** Traceback lines are those that the kernel of Deno 2.9.6 gave for the cell. */
const describe = (source: string, ...traceback: string[]) =>
  describeFailure(source, { name: "Error", message: "boom", traceback }, "a.ipynb, cell 2");

Deno.test("the line is found behind imports, types, comments and lines that the kernel joins", async () => {
  const source = [
    'import { x } from "node:fs"; // c',
    "interface A { b: number;",
    " c: string }",
    "// hello",
    "",
    "type B = A;",
    "const arr = [",
    "  1, 2,",
    "",
    "  3];",
    "await Promise.resolve();",
    "// another",
    "",
    "const z: number = 3;",
    "z.foo.bar;",
  ].join("\n");
  equal(
    await describe(source, "Error: boom", "    at <anonymous>:10:7"),
    "a.ipynb, cell 2, line 15:\n    z.foo.bar;\nError: boom",
  );
});

Deno.test("the line is found behind a block comment, which the kernel joins with the line after it", async () => {
  const source = '// a comment\n\n/* block\n comment */\nconst a = 1;\n\nthrow new Error("boom");';
  const text = await describe(source, "Error: boom", "    at <anonymous>:4:7");
  equal(text, 'a.ipynb, cell 2, line 7:\n    throw new Error("boom");\nError: boom');
});

Deno.test("an error from a file shows the line of the cell and the place in the file", async () => {
  const frame = "    at f (file:///w/lib/a.ts:1:21)";
  const text = await describe("const a = 1;\n\nf();", "Error: boom", frame, "    at <anonymous>:2:1");
  equal(text, `a.ipynb, cell 2, line 3:\n    f();\nError: boom\n${frame}`);
});

Deno.test("a cell that is not valid TypeScript is explained, though the kernel says only that it failed", async () => {
  equal(
    await describe("const a = 1;\nconst b = (;"),
    "a.ipynb, cell 2, line 2:\n    const b = (;\nSyntaxError: Expression expected",
  );
});

Deno.test("without a place in the cell its first line is shown", async () => {
  equal(await describe("throw 'text';", ""), "a.ipynb, cell 2:\n    throw 'text';\nError: boom");
});
