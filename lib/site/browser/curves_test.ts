import { deepEqual, ok } from "node:assert/strict";
import { KEPT_RECORDS } from "../../experiments/profiles.ts";
import { readRecords, recordName } from "../../results/mod.ts";
import type { SiteRun } from "../runs.ts";
import { axesOf, pointsOf } from "./curves.ts";

const records = await readRecords(KEPT_RECORDS);
const runsOf = (experiment: string): SiteRun[] =>
  records.filter((record) => record.experiment === experiment)
    .map((record) => ({ source: "kept", file: recordName(record), record }));

Deno.test("learning curves have a series for each run, with the numbers of its record", () => {
  const runs = runsOf("gp");
  const points = pointsOf(runs, "step", "target");
  const series = new Set(points.map((point) => point.series));
  ok(series.size > 1);
  const values = records.filter(({ experiment }) => experiment === "gp")
    .flatMap(({ details }) => (details as { curve: { target: number }[] }).curve.map(({ target }) => target));
  deepEqual(points.map(({ y }) => y).sort(), values.sort());
});

Deno.test("measures are drawn against an option that varies, a line for what else varies", () => {
  const runs = runsOf("step-cost");
  ok(axesOf(runs).get("configuration.n")!.includes("temporary"));
  const points = pointsOf(runs, "configuration.n", "temporary");
  const npt = points.filter(({ series }) => series.startsWith("npt, "));
  ok(npt.length > 2 && npt.at(-1)!.y > npt[0]!.y);
});
