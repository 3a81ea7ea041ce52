import { deepEqual, equal, match, ok, throws } from "node:assert/strict";
import { useEngine } from "../../engine/mod.ts";
import { noPlugin } from "../../engine/support_test.ts";
import { recordName, type RunRecord } from "../../results/mod.ts";
import { recordOf } from "../../results/support_test.ts";
import { run } from "../run.ts";
import { testedOutcome } from "../table_run.ts";
import { ablationReport, ablationResults } from "./report.ts";
import { ablation, trainAblation } from "./run.ts";
import { ablationRecipe, ablationRows } from "./settings.ts";

const ALL = { rows: "all" };
const runsOf = async (
  changes: Parameters<typeof ablation.settings>[1],
  profile: "quick" | "paper" = "quick",
) => await ablation.runs(ablation.settings(profile, changes));
const verdictOf = (records: readonly RunRecord[]) => ablationReport(records).verdict;

Deno.test("every row differs from full SPIN in what it is about, and has a record of its own", async () => {
  const runs = await runsOf(ALL);
  equal(runs.length, 2 * ablationRows("quick").length);
  equal(new Set(runs.map(({ identity }) => recordName(identity!))).size, runs.length);
  const settings = runs.slice(0, runs.length / 2).map(({ identity }) =>
    JSON.stringify(identity!.configuration)
  );
  equal(new Set(settings).size, settings.length);
});

Deno.test("the three published rows have the settings of the reference", async () => {
  const published = ablationRows("paper").slice(0, 3).map((row) => ablationRecipe(row, "paper", 42));
  deepEqual(
    published.map(({ model, inference }) => [model.model, model.abla, model.decoderBoth, inference]),
    [
      ["perceiver-d", true, true, "latent"],
      ["spin", true, true, "recompute"],
      ["perceiver-e", true, true, "recompute"],
    ],
  );
  for (const recipe of published) {
    const { embedding, heads, depth, h, f } = recipe.model;
    deepEqual([embedding, heads, depth, h, f], [128, 8, 8, 10, 10]);
    const { steps, learningRate, flatShare, featureMask, labelMask, maskToken, tradeoff, batchSize } = recipe;
    deepEqual(
      [steps, learningRate, flatShare, featureMask, labelMask, maskToken, tradeoff, batchSize],
      [20_000, 1e-3, 0.5, 0.15, 0.15, 0.9, 1, -1],
    );
  }
  equal((await runsOf({ rows: "spin" }, "paper")).length, 5);
});

Deno.test("rows are chosen by their names or questions; what there is not is named", async () => {
  const names = async (rows: string) => (await runsOf({ rows, folds: 1 })).map(({ model }) => model);
  deepEqual(await names("inference,npt"), ["spin", "recompute", "latent", "npt"]);
  throws(() => ablation.settings("quick", { rows: "lstm" }), /rows: there is no "lstm"; nearest: /);
  equal((await runsOf({ ...ALL, folds: 11 })).length, 10 * ablationRows("quick").length);
});

const recordsOf = (model: string, values: number[]) =>
  values.map((rmse, index) =>
    recordOf({
      experiment: "ablation",
      model,
      data: { name: "boston-housing", sha256: "ab" },
      fold: { index, of: 10 },
      metrics: { rmse },
    })
  );

Deno.test("differences are taken fold by fold, and called clear only if their spread allows it", () => {
  const records = [
    ...recordsOf("spin", [2, 4, 6]),
    ...recordsOf("nested", [3, 5.1, 6.9]),
    ...recordsOf("npt", [2, 3, 7.5]),
  ];
  const [base, nested, npt] = ablationResults(records);
  equal(base!.difference, undefined);
  ok(Math.abs(nested!.difference!.mean - 1) < 1e-12 && nested!.difference!.clear);
  ok(!npt!.difference!.clear);
  match(verdictOf(records), /nested predictor 5\.00 \(\+1\.00, clearly worse\)/);
  match(verdictOf(records), /NPT 4\.17 \(\+0\.17, not clearly different\)/);
  const { rows, notes } = ablationReport(records).tables["rows"]!;
  equal(rows[1]!.cells[1]!.text, "+1.00\u00a0±\u00a00.06\u00a0!");
  match(notes.join(" "), /not available offline/);
  ok(ablationReport(records).figures["rows"]!.outerHTML.includes("nested predictor"));
});

Deno.test("one fold is never clear, and without full SPIN nothing is compared", () => {
  match(
    verdictOf([...recordsOf("spin", [2]), ...recordsOf("npt", [9])]),
    /over 1 fold, too few .*\n.*\(\+7\.00\)/,
  );
  match(verdictOf(recordsOf("npt", [9])), /nothing to compare/);
});

Deno.test("encoder on or off is seen in the prediction of XABA + ABLA", async () => {
  await useEngine("cpu");
  const row = ablationRows("quick").find(({ name }) => name === "xaba-abla")!;
  const of = async (inference: "recompute" | "latent") => {
    const recipe = { ...ablationRecipe(row, "quick", 42), inference, steps: 1 };
    const { table, fold, fitted } = await trainAblation(recipe, 0);
    return (await testedOutcome(fitted, table, fold))!.metrics["rmse"];
  };
  ok(await of("recompute") !== await of("latent"));
});

Deno.test({
  name: "rows of all kinds are trained, tested and kept",
  ignore: noPlugin,
  fn: async () => {
    await useEngine("xla");
    const records = await Deno.makeTempDir();
    try {
      const settings = ablation.settings("quick", {
        rows: "xabd-abla,xaba-abla,semi-supervised",
        folds: 1,
        steps: 2,
      });
      const first = await run(ablation, settings, { records });
      deepEqual(first.map(({ model }) => model), ["xabd-abla", "spin", "xaba-abla", "semi-supervised"]);
      ok(first.every(({ metrics }) => Number.isFinite(metrics["rmse"])));
      deepEqual(await run(ablation, settings, { records }), first);
    } finally {
      await Deno.remove(records, { recursive: true });
    }
  },
});
