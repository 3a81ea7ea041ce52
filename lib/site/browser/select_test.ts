import { deepEqual, equal, ok } from "node:assert/strict";
import { KEPT_RECORDS } from "../../experiments/profiles.ts";
import { readRecords, recordName, summarise } from "../../results/mod.ts";
import { publishedRuns } from "../published.ts";
import type { SiteRun } from "../runs.ts";
import { choicesOf, filtered, shown } from "./select.ts";

const records = await readRecords(KEPT_RECORDS);
const runs: SiteRun[] = [
  ...records.map((record) => ({ source: "kept" as const, file: recordName(record), record })),
  ...publishedRuns(),
];

Deno.test("filters leave what fits all of them, and offer what there is beside the others", () => {
  const fit = filtered(runs, { experiment: "uci", model: "spin", set: "yacht" });
  ok(fit.length > 0 && fit.every((run) => run.source === "kept" && run.record.data.name === "yacht"));
  const models = choicesOf(runs, { experiment: "uci", model: "spin" }, "model");
  ok(models.includes("npt") && !models.includes("ipnp"));
  deepEqual(choicesOf(runs, {}, "source"), ["authors", "kept"]);
});

Deno.test("groups have the means of the records", () => {
  const scores = summarise(records.filter(({ experiment }) => experiment === "uci"));
  const filters = { experiment: "uci", profile: "quick", set: "yacht" };
  for (const { values } of shown(runs, filters, ["model"]).rows) {
    const score = scores.find(({ data, model, metric, profile }) =>
      data === "yacht" && metric === "rmse" && profile === "quick" && model === values["model"]
    )!;
    ok(Math.abs(values["rmse"] as number - score.mean) < 1e-9);
    ok(Math.abs(values["rmse, standard error"] as number - score.standardError) < 1e-9);
  }
});

Deno.test("rows are in the order of a column, those without a value last in both directions", () => {
  const column = (down: boolean) =>
    shown(runs, { experiment: "gp" }, [], { column: "steps", down }).rows.map(({ values }) =>
      values["steps"]
    );
  const [up, down] = [column(false), column(true)];
  equal(up.at(-1), null);
  equal(down.at(-1), null);
  ok((up[0] as number) < (down[0] as number));
});

Deno.test("measures of several experiments are in no column", () => {
  ok(shown(runs, { experiment: "uci" }, []).columns.includes("rmse"));
  ok(!shown(runs, {}, []).columns.includes("rmse"));
});
