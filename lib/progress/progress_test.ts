import { deepEqual, equal, match } from "node:assert/strict";
import { join } from "node:path";
import {
  fileSink,
  logSink,
  notebookSink,
  progress,
  progressLine,
  type ProgressState,
  type Sink,
  terminalSink,
} from "./progress.ts";

/** A clock that is set by hand, and a sink that keeps what it was given. */
function watch(interval: number, patient = false) {
  const clock = { time: 0 };
  const states: ProgressState[] = [];
  const sink: Sink = { interval, patient, draw: (state) => void states.push(state) };
  return { clock, states, options: { label: "training", sinks: [sink], now: () => clock.time } };
}

Deno.test("the rate leaves out what came before the first step, such as compiling", () => {
  const { clock, states, options } = watch(0);
  const bar = progress(100, options);
  clock.time = 30_000;
  bar.update(1);
  clock.time = 31_000;
  bar.update(11);
  const last = states.at(-1)!;
  equal(last.rate, 10);
  equal(last.remaining, 8.9);
  equal(last.elapsed, 31);
});

Deno.test("the first step, which compiles, gives no estimate", () => {
  const { clock, states, options } = watch(0);
  const bar = progress(1000, options);
  clock.time = 18_600;
  bar.update(1);
  deepEqual([states.at(-1)!.rate, states.at(-1)!.remaining], [undefined, undefined]);
  match(progressLine(states.at(-1)!), /1 of 1000$/);
});

Deno.test("waiting is shown with its time, and left out of the rate", async () => {
  const { clock, states, options } = watch(0);
  const bar = progress(100, options);
  bar.update(1);
  clock.time = 1000;
  bar.update(11);
  const work = Promise.withResolvers<string>();
  const result = bar.during(() => "compiling", work.promise);
  clock.time = 9000;
  bar.update(11);
  match(progressLine(states.at(-1)!), /11 of 100 · compiling, 8.0 s$/);
  work.resolve("done");
  equal(await result, "done");
  bar.update(11);
  equal(states.at(-1)!.waiting, undefined);
  deepEqual([states.at(-1)!.rate, states.at(-1)!.elapsed], [10, 9]);
});

Deno.test("whether an update would be drawn can be asked before", () => {
  const { clock, options } = watch(100);
  const bar = progress(10, options);
  clock.time = 99;
  equal(bar.due(), false);
  clock.time = 100;
  equal(bar.due(), true);
});

Deno.test("updates between two drawings are not drawn, the last always is", async () => {
  const { clock, states, options } = watch(100);
  const bar = progress(10, options);
  for (let i = 1; i <= 10; i++) {
    clock.time += 30;
    bar.update(i, { loss: i });
  }
  deepEqual(states.map(({ done }) => done), [0, 4, 8]);
  await bar.done("kept");
  deepEqual([states.at(-1)!.done, states.at(-1)!.finished, states.at(-1)!.note], [10, true, "kept"]);
});

Deno.test("a note stays until another one comes", () => {
  const { states, options } = watch(0);
  const bar = progress(3, options);
  bar.update(1, { loss: 0.5 });
  bar.update(2);
  equal(states.at(-1)!.note, "loss 0.5");
});

Deno.test("a terminal's line is drawn over, fits the width and ends when finished", async () => {
  let text = "";
  const sink = terminalSink((piece) => text += piece, () => 40);
  const bar = progress(2, { label: "a label that is much longer than the terminal is wide", sinks: [sink] });
  bar.update(2);
  await bar.done();
  const lines = text.split("\r\x1b[2K").slice(1);
  equal(lines.every((line) => line.trimEnd().length < 40), true);
  deepEqual(lines.map((line) => line.endsWith("\n")), lines.map((_, i) => i === lines.length - 1));
});

Deno.test("a log gets a line each ten seconds at most, and none for what ends sooner but its last", async () => {
  const lines: string[] = [];
  const clock = { time: 0 };
  const bar = progress(100, {
    label: "x",
    sinks: [logSink((line) => lines.push(line))],
    now: () => clock.time,
  });
  for (let i = 1; i <= 25; i++) {
    clock.time += 1000;
    bar.update(i);
  }
  equal(lines.length, 2);
  await bar.done();
  equal(lines.at(-1), "x: 25 of 100 in 25 s\n");
});

Deno.test("a runner finds the state in the file, whole at any time", async () => {
  const folder = await Deno.makeTempDir();
  const path = join(folder, "state.json");
  const clock = { time: 0 };
  const bar = progress(4, { label: "fold 1", sinks: [fileSink(path)], now: () => clock.time });
  clock.time = 1000;
  bar.update(1);
  clock.time = 3000;
  bar.update(2, { loss: 3 });
  deepEqual(JSON.parse(await Deno.readTextFile(path)), {
    label: "fold 1",
    done: 2,
    total: 4,
    elapsed: 3,
    eta: 4,
    note: "loss 3",
  });
  deepEqual([...Deno.readDirSync(folder)].map(({ name }) => name), ["state.json"]);
  await Deno.remove(folder, { recursive: true });
});

Deno.test("a notebook shows one output and replaces it", async () => {
  const calls: { bundle: Record<string, unknown>; options: { update?: boolean; display_id?: string } }[] = [];
  const kernel = {
    display: (
      bundle: Record<string, unknown>,
      options: object,
    ) => (calls.push({ bundle, options }), Promise.resolve()),
  };
  const bar = progress(2, { label: "a < b", sinks: [notebookSink(kernel, "id", 0)] });
  bar.update(1);
  await bar.done();
  deepEqual(calls.map(({ options }) => [options.display_id, options.update]), [["id", false], ["id", true], [
    "id",
    true,
  ]]);
  match(String(calls[1]!.bundle["text/html"]), /<progress value="1" max="2">.*a &lt; b/);
  match(String(calls[2]!.bundle["text/plain"]), /^a < b: 1 of 2 in /);
});
