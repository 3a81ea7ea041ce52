import { deepEqual, equal, match, ok, throws } from "node:assert/strict";
import { useEngine } from "../../engine/mod.ts";
import { recordName } from "../../results/mod.ts";
import { recordOf } from "../../results/testing.ts";
import { ablationRuns, executeAblation } from "./ablation.ts";
import { ablationResults } from "./ablation_results.ts";
import { ablationRecipe, ablationRows } from "./ablation_settings.ts";
import { ablationFigure, ablationTable } from "./ablation_tables.ts";
import { ablationVerdict } from "./ablation_verdict.ts";

const CONFIG = { profile: "quick" as const, rows: ["all"], folds: 0, seed: 42 };

Deno.test("every row differs from full SPIN in what it is about, and has a record of its own", () => {
  const runs = ablationRuns(CONFIG);
  equal(runs.length, 2 * ablationRows("quick").length);
  equal(new Set(runs.map(({ identity }) => recordName(identity))).size, runs.length);
  const settings = runs.slice(0, runs.length / 2).map(({ identity }) =>
    JSON.stringify(identity.configuration)
  );
  equal(new Set(settings).size, settings.length);
});

Deno.test("the three published rows have the settings of the reference", () => {
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
  equal(ablationRuns({ ...CONFIG, profile: "paper", rows: ["spin"] }).length, 5);
});

Deno.test("rows are chosen by their names or questions; what there is not is named", () => {
  const names = (rows: string[]) => ablationRuns({ ...CONFIG, rows, folds: 1 }).map(({ row }) => row.name);
  deepEqual(names(["inference", "npt"]), ["spin", "recompute", "latent", "npt"]);
  throws(() => names(["lstm"]), /rows: expected some of all, blocks, .*found "lstm"/);
  throws(() => ablationRuns({ ...CONFIG, folds: 11 }), /from 0 to 10, found 11/);
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
  match(ablationVerdict(records), /nested predictor 5\.00 \(\+1\.00, clearly worse\)/);
  match(ablationVerdict(records), /NPT 4\.17 \(\+0\.17, not clearly different\)/);
  const { rows, notes } = ablationTable(records);
  equal(rows[1]!.cells[1]!.text, "+1.00\u00a0±\u00a00.06\u00a0!");
  match(notes.join(" "), /not available offline/);
  ok(ablationFigure(records).outerHTML.includes("nested predictor"));
});

Deno.test("one fold is never clear, and without full SPIN nothing is compared", () => {
  match(
    ablationVerdict([...recordsOf("spin", [2]), ...recordsOf("npt", [9])]),
    /over 1 fold\(s\), too few .*\n.*\(\+7\.00\)/,
  );
  match(ablationVerdict(recordsOf("npt", [9])), /nothing to compare/);
});

Deno.test("encoder on or off is seen in the prediction of XABA + ABLA", async () => {
  await useEngine("cpu");
  const [run] = ablationRuns({ ...CONFIG, rows: ["xaba-abla"], folds: 1, steps: 1 }).slice(1);
  const of = async (inference: "recompute" | "latent") =>
    (await executeAblation({ ...run!, recipe: { ...run!.recipe, inference } }))!.metrics["rmse"];
  ok(await of("recompute") !== await of("latent"));
});
