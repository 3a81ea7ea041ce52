import { threefryUniform } from "@spin/xla/threefry";
import assert from "node:assert/strict";
import { fileURLToPath } from "node:url";
import { UserError } from "../errors.ts";
import { functionsOf, loadFunctions } from "./functions.ts";
import { parseCsv } from "./csv.ts";

const setOf = (text: string) =>
  functionsOf(parseCsv(new TextEncoder().encode(text), "f.csv", { header: true }));

function refuses(text: string, message: RegExp): void {
  assert.throws(() => setOf(text), (error) => {
    assert.ok(error instanceof UserError, String(error));
    assert.match(error.message, message);
    return true;
  });
}

/** The example: noisy sines of 20 to 40 points, with amplitudes from 0.5 to 1.5 and any phase. */
function exampleText(): string {
  const lines = ["task,x,y"];
  for (let task = 0; task < 60; task++) {
    const [count, amplitude, phase] = threefryUniform(1, task, 0, 3);
    const points = 20 + Math.floor(count! * 21);
    const draws = threefryUniform(1, task, 1, 3 * points);
    for (let i = 0; i < points; i++) {
      const [place, first, second] = draws.subarray(3 * i, 3 * i + 3);
      const x = -3 + 6 * place!;
      const normal = Math.sqrt(-2 * Math.log(1 - first!)) * Math.cos(2 * Math.PI * second!);
      const y = (0.5 + amplitude!) * Math.sin(2 * x + 2 * Math.PI * phase!) + 0.05 * normal;
      lines.push(`sine${task + 1},${x.toFixed(3)},${y.toFixed(3)}`);
    }
  }
  return lines.join("\n") + "\n";
}

Deno.test("the example has 60 functions, made by its formula", async () => {
  const path = fileURLToPath(new URL("../../data/examples/functions.csv", import.meta.url));
  assert.equal(await Deno.readTextFile(path), exampleText());
  const { source, dimX, dimY, tasks } = await loadFunctions(path);
  assert.deepEqual([source, dimX, dimY, tasks.length, tasks[59]!.name], [path, 1, 1, 60, "sine60"]);
  assert.ok(tasks.every(({ n, x, y }) => n >= 20 && n <= 40 && x.length === n && y.length === n));
});

Deno.test("rows of a task need not be together, and a place may be there twice", () => {
  const { dimX, dimY, tasks } = setOf("y,task,x\n1,b,0\n2,a,5\n3,b,0\n4,a,6\n");
  assert.deepEqual([dimX, dimY], [1, 1]);
  assert.deepEqual(tasks, [
    { name: "b", n: 2, x: Float32Array.of(0, 0), y: Float32Array.of(1, 3) },
    { name: "a", n: 2, x: Float32Array.of(5, 6), y: Float32Array.of(2, 4) },
  ]);
});

Deno.test("several columns of x and y are found by their numbers", () => {
  const text = "task,x2,x1,y1,y2,other\n1,12,11,13,14,\n1,22,21,23,24,z\n";
  const found = setOf(text);
  assert.deepEqual([found.dimX, found.dimY], [2, 2]);
  assert.deepEqual([...found.tasks[0]!.x], [11, 12, 21, 22]);
  assert.deepEqual([...found.tasks[0]!.y], [13, 14, 23, 24]);
});

Deno.test("columns that are missing are refused with those that there are", () => {
  refuses("x,y\n1,2\n", /^f\.csv: expected a column "task", found "x", "y"$/);
  refuses("task,z,y\n1,2,3\n", /expected a column "x", or "x1", "x2" and so on, found "task", "z", "y"/);
  refuses("task,x1,x3,y\n1,2,3,4\n", /expected a column "x2" before "x3", found/);
});

Deno.test("cells that are no finite numbers are refused with line and column", () => {
  const start = "task,x,y\na,1,2\n\na,2,";
  refuses(`${start}\n`, /^f\.csv, line 4, column "y": expected a number, found an empty cell$/);
  refuses(`${start}high\n`, /line 4, column "y": expected a number, found "high"/);
  refuses(`${start}NaN\n`, /line 4, column "y": expected a number, found "NaN"/);
  refuses(`${start}-inf\n`, /line 4, column "y": expected a finite number, found "-inf"/);
  refuses(`${start}1e39\n`, /line 4, column "y": 1e39 is too large for 32 bits/);
  refuses("task,x,y\na,1,2\n,3,4\n", /line 3, column "task": expected a task, found an empty cell/);
  refuses(
    "task,x,y\na,1700000000,2\na,1700003600,4\n",
    /column "x": its numbers, from 1700000000 to 1700003600, are not told apart .* subtract 1700000000/,
  );
});

Deno.test("a task of one point and a file without points are refused", async () => {
  refuses("task,x,y\na,1,2\nb,1,2\na,2,3\n", /line 3: task "b": expected at least 2 points, one context and/);
  refuses("task,x,y\n", /expected rows below the header, found none/);
  await assert.rejects(loadFunctions("nowhere.csv"), /nowhere\.csv: no such table file/);
});
