import { ok } from "node:assert/strict";
import { ROOT } from "../paths.ts";
import { toMarkdown } from "../results/mod.ts";
import { type ColdRecord, coldTable } from "./cold.ts";
import { ratio } from "./race.ts";
import type { BenchRecord, ComparisonResult } from "./run.ts";

Deno.test("docs/engine.md shows the bench that is kept, and no other figures", async () => {
  const record = JSON.parse(await Deno.readTextFile(`${ROOT}/results/bench/cpu.json`)) as BenchRecord;
  const readme = await Deno.readTextFile(`${ROOT}/docs/engine.md`);
  ok(readme.includes(readmeTable(record)), `expected in docs/engine.md:\n${readmeTable(record)}`);
});

Deno.test("docs/engine.md shows the whole trainings that are kept", async () => {
  const record = JSON.parse(await Deno.readTextFile(`${ROOT}/results/bench/cold.json`)) as ColdRecord;
  const table = toMarkdown(coldTable(record)).trim();
  ok(
    (await Deno.readTextFile(`${ROOT}/docs/engine.md`)).includes(table),
    `expected in docs/engine.md:\n${table}`,
  );
});

/** "8.1 ms", "130 ms", "5.39 s" */
const time = (seconds: number): string => {
  const milliseconds = seconds * 1000;
  if (milliseconds < 10) return `${milliseconds.toFixed(1)} ms`;
  return milliseconds < 1000 ? `${milliseconds.toFixed(0)} ms` : `${seconds.toFixed(2)} s`;
};

const megabytes = (bytes: number | null | undefined): string =>
  bytes === null || bytes === undefined ? "" : `${(bytes / 2 ** 20).toFixed(0)} MB`;

/** The engines of the table, in its order. */
const COLUMNS = ["xla", "tensorflow", "wasm", "PyTorch"];

function row({ label, timed }: ComparisonResult): string {
  const by = (name: string) => timed.find((system) => system.name === name);
  const [ours, theirs] = [by("xla")!, by("PyTorch")];
  const cells = [
    label,
    ...COLUMNS.map((name) => by(name) ? time(by(name)!.median) : "–"),
    theirs ? ratio(ours, theirs).toFixed(2) : "–",
    megabytes(ours.facts.resident),
    megabytes(theirs?.facts.resident),
  ];
  return `| ${cells.join(" | ")} |`;
}

/** The table in docs/engine.md of a bench: medians of a training step, the ratio to PyTorch, peak resident memory. */
function readmeTable({ comparisons }: BenchRecord): string {
  const shown = comparisons.filter(({ group }) => group !== "small tables");
  return [
    `| training step | xla | tensorflow | wasm | PyTorch | xla / PyTorch | memory, xla | memory, PyTorch |`,
    `| --- |${" ---: |".repeat(7)}`,
    ...shown.map(row),
  ].join("\n");
}
