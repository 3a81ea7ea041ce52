import { deepEqual, equal, ok } from "node:assert/strict";
import { KEPT_RECORDS } from "../experiments/profiles.ts";
import { readRecords, recordName } from "../results/mod.ts";
import { publishedRuns } from "./published.ts";
import {
  curvesOf,
  flatten,
  inOrder,
  optionsOf,
  type RecordedRun,
  rowOf,
  type SiteRun,
  varyingNumbers,
} from "./runs.ts";

const records = await readRecords(KEPT_RECORDS);
const runs: SiteRun[] = records.map((record) => ({ source: "kept", file: recordName(record), record }));

Deno.test("a row has every measure of its record, under its own name", () => {
  for (const [i, record] of records.entries()) {
    const row = rowOf(runs[i]!);
    for (const [name, value] of Object.entries(record.metrics)) equal(row[name], value);
    deepEqual([row["set"], row["model"], row["seed"]], [record.data.name, record.model, record.seed]);
  }
});

Deno.test("a run of a panel, which is of no experiment, is not what the explorer opens with", () => {
  const of = (experiment: string) => ({ source: "mine", file: "", record: { experiment } }) as RecordedRun;
  const sorted = inOrder([of("table"), of("gp"), of("uci")], ["uci", "gp"]);
  deepEqual(sorted.map(({ record }) => record.experiment), ["uci", "gp", "table"]);
});

Deno.test("options are flat, and tell runs of different steps apart", () => {
  deepEqual(flatten({ a: { b: 1, c: [1, 2] }, d: null }), { "a.b": 1, "a.c": "[1,2]", d: null });
  equal(optionsOf(runs[0]!)["experiment"], records[0]!.experiment);
  const steps = varyingNumbers(runs.filter((run) => rowOf(run)["experiment"] === "gp"));
  ok(steps.includes("configuration.steps"));
});

Deno.test("learning curves are found in details", () => {
  const run = runs.find((one) => rowOf(one)["experiment"] === "gp")!;
  const points = curvesOf(run);
  ok(points.length > 3 && points.every(({ x, values }) => x === "step" && "target" in values));
});

Deno.test("the authors' figures are runs of a source of their own", () => {
  const rows = publishedRuns().map(rowOf);
  ok(rows.length > 30 && rows.every(({ source, target }) => source === "authors" && target !== undefined));
});
