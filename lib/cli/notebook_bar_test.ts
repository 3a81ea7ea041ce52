import { deepEqual, equal, match } from "node:assert/strict";
import { join } from "node:path";
import { code, notebook } from "../notebook/support_test.ts";
import { progressLine, type ProgressState, type Sink } from "../progress/progress.ts";
import { describeCell, notebookBar } from "./notebook_bar.ts";

Deno.test("what a cell reports is told in a few words", () => {
  const cell = { label: "boston, fold 2", done: 63, total: 100, eta: 12, note: "loss 0.1" };
  equal(describeCell(cell), "boston, fold 2 63 %, 12 s left, loss 0.1");
  equal(describeCell({ label: "reading", done: 0, total: 0, eta: null, note: "" }), "reading");
});

Deno.test("the bar counts cells, tells what the running one reports, and ends with a line", async () => {
  const folder = await Deno.makeTempDir();
  const progressFile = join(folder, "progress.json");
  const states: ProgressState[] = [];
  const sink: Sink = { interval: 0, draw: (state) => void states.push(state) };
  const bar = notebookBar("01_uci", progressFile, [sink]);
  const source = notebook(code("1"), code("2"));
  bar.onEvent({ event: "start", cell: 1 }, source);
  await Deno.writeTextFile(
    progressFile,
    JSON.stringify({ label: "fold 1", done: 1, total: 2, eta: null, note: "" }),
  );
  while (!states.some(({ note }) => note.includes("fold 1 50 %"))) {
    await new Promise((resolve) => setTimeout(resolve, 20));
  }
  bar.onEvent({ event: "done" }, source);
  bar.end("");
  const last = states.at(-1)!;
  deepEqual([last.done, last.total, last.finished], [2, 2, true]);
  match(progressLine(last), /^01_uci: 2 cells in /);
  await Deno.remove(folder, { recursive: true });
});

Deno.test("a bar of which nothing has run draws no last line", () => {
  const states: ProgressState[] = [];
  notebookBar("01_uci", "/nowhere/progress.json", [{ interval: 0, draw: (state) => void states.push(state) }])
    .end("failed");
  equal(states.some(({ finished }) => finished), false);
});
