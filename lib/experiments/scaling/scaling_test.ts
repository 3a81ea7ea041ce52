import { deepEqual, equal, match, ok, throws } from "node:assert/strict";
import { useEngine } from "../../engine/mod.ts";
import { findCpuPlugin } from "../../engine/device.ts";
import { readRecords, recordName, toMarkdown } from "../../results/mod.ts";
import { KEPT_RECORDS } from "../profiles.ts";
import { run } from "../run.ts";
import { predictionCost, stepCost } from "./run.ts";

const kept = await readRecords(KEPT_RECORDS);

Deno.test("every kept measurement is a run of the settings that its record tells", async () => {
  for (const experiment of [stepCost, predictionCost]) {
    const records = kept.filter((record) => record.experiment === experiment.name);
    ok(records.length > 0, "expected records in results/records");
    for (const record of records) {
      const settings = experiment.settings("quick", experiment.changesOf!(record)) as never;
      const runs = await experiment.runs(settings);
      deepEqual(runs.map(({ identity }) => recordName(identity!)), [recordName(record)]);
    }
  }
});

Deno.test("sizes come before models; models that are too large are left out", async () => {
  const runs = await stepCost.runs(stepCost.settings("paper"));
  deepEqual(runs.slice(0, 2).map(({ id }) => id), ["step-cost/1024x14/spin", "step-cost/1024x14/spin-flat"]);
  deepEqual(runs.filter(({ data }) => data === "256 rows, 256 columns").map(({ model }) => model), [
    "spin",
    "spin-flat",
    "npt",
  ]);
  const predictions = await predictionCost.runs(predictionCost.settings("quick", { rows: [512] }));
  deepEqual(predictions.map(({ id }) => id)[0], "prediction-cost/512/spin");
  throws(() => stepCost.settings("quick", { models: "spni" }), /models: there is no "spni"/);
});

Deno.test("slopes, figures and the verdict are of the kept records", () => {
  const { tables, figures, verdict } = stepCost.report(kept);
  match(toMarkdown(tables["slopes"]!), /\| spin \| [01]\.\d\d \| [01]\.\d\d \| 0\.00 \|/);
  deepEqual(Object.keys(figures), ["rows", "row_times", "columns", "column_parameters"]);
  match(verdict, /memory of a step in n grows with a slope of 1\.0\d, as it should/);
  deepEqual(Object.keys(predictionCost.report(kept).figures), ["times", "memory"]);
  deepEqual(stepCost.report([]).figures, {});
});

Deno.test({
  name: "steps and predictions are measured; the memory of a prediction from latents does not depend on n",
  ignore: !(await findCpuPlugin()).path,
  async fn() {
    await useEngine("xla");
    const folder = await Deno.makeTempDir();
    const small = { width: 4, heads: 2, h: 4, f: 4, d: 8 };
    try {
      const steps = stepCost.settings("quick", { ...small, rows: [32], columns: "none", models: "spin" });
      const [step] = await run(stepCost, steps, { records: folder });
      ok(step!.metrics["seconds"]! > 0 && step!.steps === 3);
      const changes = { ...small, rows: [256, 4096], models: "spin,npt", timedBelow: 0 };
      const settings = predictionCost.settings("quick", changes);
      const costs = await run(predictionCost, settings, { records: folder });
      const of = (model: string) =>
        costs.filter((cost) => cost.model === model).map(({ metrics }) => metrics["temporary"]!);
      const [less, more] = of("spin");
      equal(less, more);
      const [few, many] = of("npt");
      ok(many! > 10 * few!);
      deepEqual(await run(predictionCost, settings, { records: folder }), costs);
    } finally {
      await Deno.remove(folder, { recursive: true });
    }
  },
});
