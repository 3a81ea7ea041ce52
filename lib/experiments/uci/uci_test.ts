import { deepEqual, equal, match, ok, rejects, throws } from "node:assert/strict";
import { join } from "node:path";
import { baselineInstalled } from "../../baselines/mod.ts";
import { type EncodedTable, uciPresent } from "../../data/mod.ts";
import { useEngine } from "../../engine/mod.ts";
import { ROOT } from "../../paths.ts";
import { readRecords, recordName, toMarkdown } from "../../results/mod.ts";
import { runSources } from "../compare.ts";
import { KEPT_RECORDS } from "../profiles.ts";
import { run } from "../run.ts";
import { classicalTable } from "./classical.ts";
import { uci } from "./run.ts";
import { foldCount, uciRecipe } from "./settings.ts";

const settings = (changes: Parameters<typeof uci.settings>[1]) =>
  uci.settings("quick", { datasets: "boston,yacht", models: "spin,npt", classical: "none", ...changes });

Deno.test("runs are every set, fold and model, each with a record of its own", async () => {
  const runs = await uci.runs(settings({ folds: 3 }));
  equal(runs.length, 12);
  equal(new Set(runs.map(({ identity }) => recordName(identity!))).size, 12);
  equal(runs[0]!.data, "boston-housing");
  deepEqual(runs.map(({ identity }) => identity!.seed).slice(0, 4), [42, 42, 43, 43]);
});

Deno.test("folds differ in nothing but their number and seed", async () => {
  const [first, , second] = await uci.runs(settings({ folds: 2 }));
  deepEqual(second!.identity!.configuration, first!.identity!.configuration);
});

Deno.test("classical runs have the folds and seeds of the neural ones", async () => {
  const runs = await uci.runs(
    settings({ datasets: "boston", models: "none", classical: "knn,xgboost", folds: 2 }),
  );
  deepEqual(runs.map(({ identity }) => [identity!.model, identity!.fold?.index, identity!.seed]), [
    ["knn", 0, 42],
    ["xgboost", 0, 42],
    ["knn", 1, 43],
    ["xgboost", 1, 43],
  ]);
});

Deno.test("k-NN on yacht comes out near its known error, or what is to be installed is told", async () => {
  const records = await Deno.makeTempDir();
  try {
    await useEngine("cpu");
    await runSources();
    // No such run came with the workspace.
    const chosen = settings({ datasets: "yacht", models: "none", classical: "knn", folds: 1, seed: 7 });
    const found = await run(uci, chosen, { records });
    if (!await baselineInstalled()) {
      match(await runSources(), /1 runs left out: they need .*setup --baselines/);
    } else ok(Math.abs(found[0]!.metrics["rmse"]! - 8.5) < 6);
  } finally {
    await Deno.remove(records, { recursive: true });
  }
});

Deno.test("the published settings are those of the reference", () => {
  const recipe = uciRecipe("spin", "boston", "paper", 1);
  equal(recipe.model.embedding, 128);
  equal(recipe.model.depth, 8);
  equal(recipe.steps, 4000);
  equal(recipe.labelMask, 0.5);
  equal(recipe.batchSize, -1);
  equal(uciRecipe("spin", "yacht", "paper", 1).model.f, 5);
  equal(uciRecipe("npt", "protein", "paper", 1).model.heads, 16);
});

Deno.test("spin-published in the paper profile is the command of SPIN's authors where there is one, else NPT's row", () => {
  const of = (name: string) => uciRecipe("spin-published", name, "paper", 1);
  const breast = of("breast-cancer");
  deepEqual(
    [breast.steps, breast.labelMask, breast.model.embedding, breast.model.decoderBoth, breast.inference],
    [2_000, 1, 32, false, "latent"],
  );
  for (const name of ["income", "poker-hand", "forest-cover"]) {
    const { steps, tradeoff, labelMask, model, balanceClasses } = of(name);
    deepEqual([steps, tradeoff, labelMask, model.embedding, balanceClasses ?? false], [
      10_000,
      0,
      0.5,
      128,
      false,
    ]);
  }
  const protein = of("protein");
  deepEqual([protein.model.heads, protein.model.decoderBoth, protein.inference], [16, true, "recompute"]);
  deepEqual(of("boston"), uciRecipe("spin", "boston", "paper", 1));
});

Deno.test("folds are as many as there are, or as the profile has", async () => {
  const count = (name: string, profile: "quick" | "paper", folds: number) =>
    foldCount(name, { profile, folds });
  deepEqual([count("yacht", "quick", 0), count("yacht", "paper", 0), count("protein", "paper", 0)], [
    3,
    10,
    5,
  ]);
  deepEqual([count("yacht", "quick", 25), count("higgs", "paper", 3), count("kick", "paper", 4)], [10, 1, 4]);
  if (!await uciPresent("kick")) {
    await rejects(async () => await uci.runs(settings({ datasets: "yacht,kick" })), /get kick\.arff from/);
    const runs = await uci.runs(uci.settings("paper", { classical: "none" }));
    match(runs.find(({ data }) => data === "kick")!.needs!, /data\/cache\/uci/);
  }
});

Deno.test("unknown sets and models, and no number of folds, are named", () => {
  throws(() => settings({ datasets: "bostn" }), /bostn.*boston-housing/s);
  throws(() => settings({ models: "spin,lstm" }), /lstm/);
  throws(() => settings({ classical: "xgbost" }), /"xgbost"; nearest: xgboost/);
  throws(() => settings({ folds: 1.5 }), /folds: expected a whole number from 0, found 1.5/);
});

Deno.test("models and training can be changed for all", async () => {
  const [one] = await uci.runs(settings({ model: { h: 3 }, recipe: { learningRate: 1e-4 }, folds: 1 }));
  const { model, learningRate } = one!.identity!.configuration as {
    model: { h: number };
    learningRate: number;
  };
  deepEqual([model.h, learningRate], [3, 1e-4]);
});

Deno.test("the README shows the table that its records give", async () => {
  const records = (await readRecords(KEPT_RECORDS)).filter(({ experiment, profile }) =>
    experiment === "uci" && profile === "quick"
  );
  ok(records.length > 0, "expected records in results/records");
  const { tables, verdict } = uci.report(records);
  const readme = await Deno.readTextFile(join(ROOT, "README.md"));
  const shown = [tables["ten_folds"]!, ...tables["seeds"] ? [tables["seeds"]] : []];
  for (const view of shown) {
    const table = toMarkdown(view).trim();
    ok(readme.includes(table), `expected in README.md:\n${table}`);
  }
  const said = verdict.split("\n").filter((line) => line.includes("ten folds"));
  equal(said.length, 1 + shown.length);
  for (const line of said) ok(readme.includes(line), `expected in README.md:\n${line}`);
});

Deno.test("runs with further seeds change no table but their own, which has the models that have them", async () => {
  const records = (await readRecords(KEPT_RECORDS)).filter(({ experiment, profile, seed, fold }) =>
    experiment === "uci" && profile === "quick" && seed === 42 + fold!.index
  );
  const again = records.filter(({ model }) => model === "spin-context")
    .map((record) => ({
      ...record,
      seed: record.seed + 1000,
      metrics: Object.fromEntries(
        Object.entries(record.metrics).map(([name, value]) => [name, value === null ? null : 2 * value]),
      ),
    }));
  const [once, twice] = [uci.report(records), uci.report([...again, ...records])];
  deepEqual({ ...twice.tables, seeds: undefined }, { ...once.tables, seeds: undefined });
  equal(once.tables["seeds"], undefined);
  const { head, rows, notes } = twice.tables["seeds"]!;
  deepEqual([head.length, head[1], rows.length], [2, "spin-context", 6]);
  // Means x and 2 x: their mean is 1.5 x, their standard error 0.5 x.
  for (const { cells: [cell] } of rows) {
    const [mean, error] = cell!.text.split(" ± ").map(Number);
    ok(Math.abs(error! / mean! - 1 / 3) < 0.02, cell!.text);
  }
  match(notes.join(), /over the seeds 42, 1042 /);
  const line = twice.verdict.split("\n").find((one) => one.includes("with seeds 42, 1042"))!;
  const [, first, second] = /spin-context ([\d.]+), ([\d.]+);/.exec(line)!;
  ok(Number(second) > Number(first), line);
  match(line, /XGBoost|xgboost/);
});

const column = (name: string, kind: "numeric" | "categorical", target: boolean, classes: string[] = []) => ({
  name,
  kind,
  target,
  classes,
  mean: 1,
  deviation: 2,
});

/** x numeric, c of three classes, y the target; the second row lacks both features. */
const table = (target: EncodedTable["columns"][number]): EncodedTable => ({
  columns: [column("x", "numeric", false), column("c", "categorical", false, ["a", "b", "d"]), target],
  rows: 3,
  values: target.kind === "numeric" ? Float32Array.of(0.5, 1, 0, -1, 2, 3) : Float32Array.of(0.5, 0, 2),
  codes: target.kind === "numeric" ? Int32Array.of(2, -1, 0) : Int32Array.of(2, 1, -1, 0, 0, 1),
  missing: Uint8Array.of(0, 0, 0, 1, 1, 0, 0, 0, 0),
});
const rows = Int32Array.of(2, 0, 1);

Deno.test("features are standardised numbers and an indicator for each class, zeros where missing", () => {
  const { columns, task, examples, measures } = classicalTable(table(column("y", "numeric", true)));
  equal(columns, 4);
  deepEqual(task, { kind: "regression", targets: 1 });
  deepEqual(examples(rows), {
    x: Float32Array.of(2, 1, 0, 0, 0.5, 0, 0, 1, 0, 0, 0, 0),
    y: Float32Array.of(3, 1, -1),
  });
  deepEqual(measures(rows, Float32Array.of(3, 1, 2)), { rmse: 2 * Math.sqrt(3) });
});

Deno.test("classes are scored by accuracy, log loss and AUROC", () => {
  const { task, examples, measures } = classicalTable(table(column("y", "categorical", true, ["n", "p"])));
  deepEqual(task, { kind: "classification", classes: [2] });
  deepEqual([...examples(rows).y], [1, 1, 0]);
  const { accuracy, auroc, logLoss } = measures(rows, Float32Array.of(0.2, 0.8, 0.6, 0.4, 0.9, 0.1));
  deepEqual([accuracy, auroc], [2 / 3, 1]);
  ok(Math.abs(logLoss! + (Math.log(0.8) + Math.log(0.4) + Math.log(0.9)) / 3) < 1e-6);
});
