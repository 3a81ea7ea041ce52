import { deepEqual, equal, ok, rejects, throws } from "node:assert/strict";
import { recordName } from "../../results/mod.ts";
import { imputationRuns } from "./imputation.ts";
import { PUBLISHED_IMPUTATION } from "./imputation_published.ts";
import { asImputationModels, imputationRecipe, publishedRecipe } from "./imputation_settings.ts";

const CONFIG = {
  profile: "quick" as const,
  windows: [0, 3],
  models: asImputationModels(["spin", "npt"]),
  seeds: [42, 52],
};

Deno.test("runs are every seed, window and model, each with a record of its own", async () => {
  const runs = await imputationRuns(CONFIG);
  equal(runs.length, 8);
  equal(new Set(runs.map(({ identity }) => recordName(identity))).size, 8);
  deepEqual(runs.slice(0, 4).map(({ identity: { model, data } }) => `${data.name} ${model}`), [
    "b1-window0 spin",
    "b1-window0 npt",
    "b1-window3 spin",
    "b1-window3 npt",
  ]);
  ok(runs[0]!.identity.data.sha256 !== runs[2]!.identity.data.sha256);
  deepEqual(runs[4]!.identity.configuration, runs[0]!.identity.configuration);
});

Deno.test("a share of the train samples and another size are other runs, on fewer rows and more columns", async () => {
  const [run] = await imputationRuns({ ...CONFIG, windows: [0], size: 200, proportion: 0.25, steps: 3 });
  equal(run!.window.fold.train.length, 120);
  equal(run!.window.fold.test.length, 60);
  equal(run!.identity.data.name, "b1-window0-200");
  equal(run!.recipe.steps, 3);
  await rejects(imputationRuns({ ...CONFIG, windows: [7] }), /from 0 to 4, found 7/);
});

Deno.test("the published settings are those of the reference", () => {
  const npt = imputationRecipe("npt", "paper", 1);
  deepEqual([npt.model.embedding, npt.model.heads, npt.model.depth, npt.steps], [64, 4, 6, 15_000]);
  deepEqual([npt.labelMask, npt.tradeoff, npt.flatShare, npt.batchSize], [1, 0.5, 0.7, -1]);
  const labels = imputationRecipe("set-transformer-labels", "paper", 1);
  deepEqual([labels.model.model, labels.labelMask, labels.steps], ["set-transformer", 0.5, 30_000]);
  const parametric = imputationRecipe("only-aba", "paper", 1);
  deepEqual([parametric.model.depth, parametric.transductive], [8, false]);
  equal(imputationRecipe("spin", "paper", 1).inference, "retain");
  const [hundred, , four] = PUBLISHED_IMPUTATION.filter(({ block }) => block === "multiple windows");
  deepEqual([hundred!.labelMask, hundred!.chunkMask, four!.size, four!.labelMask], [0.7, false, 400, 0.15]);
  const masking = PUBLISHED_IMPUTATION.filter(({ block }) => block === "masking").map((row) =>
    publishedRecipe(row, 1)
  );
  deepEqual(masking.map(({ chunkMask, batchSize }) => [chunkMask, batchSize]), [[true, 256], [false, 256]]);
});

Deno.test("every model has a quick recipe too, the same for all", () => {
  for (const model of asImputationModels(["spin", "npt", "set-transformer", "only-aba"])) {
    const { model: { model: kind, ...size }, ...recipe } = imputationRecipe(model, "quick", 1);
    const { model: { model: _, ...spinSize }, ...spin } = imputationRecipe("spin", "quick", 1);
    deepEqual([kind, size, recipe], [model, spinSize, spin]);
  }
  equal(imputationRecipe("npt-labels", "quick", 1).chunkMask, true);
  throws(() => asImputationModels(["spin", "impute5"]), /"impute5"/);
});
