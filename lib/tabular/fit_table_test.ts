import assert from "node:assert/strict";
import { parseCsv, type Table, typeTable } from "../data/mod.ts";
import { useEngine } from "../engine/mod.ts";
import { UserError } from "../errors.ts";
import type { Recipe } from "../train/table/recipe.ts";
import { type BuildTableModel, createTableModel } from "../models/table/mod.ts";
import { describeTable, fitTable, loadModel, prepareTable } from "./mod.ts";

/** y = 3·x, rounded; `side` says whether x is above the middle. */
function lineTable(n: number, tweak: (row: string, i: number) => string = (row) => row): Table {
  const rows = Array.from({ length: n }, (_, i) => {
    const x = (i * 7) % n;
    return tweak(`${x},${3 * x},${x < n / 2 ? "low" : "high"}`, i);
  });
  return typeTable(parseCsv(new TextEncoder().encode(["x,y,side", ...rows].join("\n")), "line.csv"));
}

const TINY: Partial<Recipe> = {
  model: { embedding: 8, heads: 2, depth: 2, h: 2, f: 2, predictor: "nested" },
  evaluateEvery: 10,
  members: 1,
};
const quiet = { label: null, notify: () => {}, recipe: TINY };

Deno.test("A fitted table beats the mean of the target, scores its validation rows and predicts in units", async () => {
  await useEngine("cpu");
  const table = lineTable(60);
  const fitted = await fitTable({
    table,
    target: "y",
    steps: 120,
    ...quiet,
    recipe: { ...TINY, learningRate: 1e-2 },
  });
  assert.deepEqual(fitted.rows, { train: 48, validation: 12 });
  const deviation = 3 * Math.sqrt((60 ** 2 - 1) / 12);
  assert.ok(fitted.scores["rmse"]! < deviation / 2, `${fitted.scores["rmse"]} of ${deviation}`);
  const prediction = await fitted.predict(table);
  assert.equal(prediction.kind, "numeric");
  assert.ok(prediction.metrics!["rmse"]! < deviation / 2);
  assert.equal(fitted.history.at(-1)!.step, 120);
  fitted.dispose();
});

Deno.test("A saved table model comes back with scores and predictions, also for a table without the target", async () => {
  await useEngine("cpu");
  const table = lineTable(40);
  const fitted = await fitTable({ table, target: "side", model: "npt", steps: 3, ...quiet, recipe: {} });
  const path = await Deno.makeTempFile();
  try {
    await fitted.save(path);
    const loaded = await loadModel(path);
    const queries: Table = { ...table, columns: table.columns.filter(({ name }) => name !== "side") };
    const [expected, found] = [await fitted.predict(queries), await loaded.predict(queries)];
    assert.deepEqual(found, expected);
    assert.equal(found.metrics, undefined);
    assert.equal(loaded.target, "side");
    assert.deepEqual(loaded.scores, fitted.scores);
    loaded.dispose();
  } finally {
    fitted.dispose();
    await Deno.remove(path);
  }
});

Deno.test("What is no model is refused, and a core that gives another shape", async () => {
  await useEngine("cpu");
  const options = { table: lineTable(30), target: "y", steps: 1, ...quiet };
  const none = (() => {}) as unknown as () => never;
  await assert.rejects(
    fitTable({ ...options, build: none }),
    /build: expected a table model, .* found undefined/,
  );
  const build: BuildTableModel = (columns, seed) =>
    createTableModel(
      { embedding: 8, heads: 2, f: 2 },
      columns,
      seed,
      () => ({ forward: (x) => x.slice(0, 1) }),
    );
  await assert.rejects(
    fitTable({ ...options, build }),
    /the core's forward: expected shape \[24, 3, 8\], found \[1, 3, 8\]/,
  );
});

Deno.test("A training that is stopped comes back with scores, and predicts", async () => {
  await useEngine("cpu");
  const table = lineTable(40);
  const signal = AbortSignal.abort();
  const fitted = await fitTable({ table, target: "y", steps: 50, ...quiet, signal });
  assert.deepEqual([fitted.steps, fitted.stopped], [1, true]);
  assert.ok(fitted.scores["rmse"]! > 0 && Number.isFinite(fitted.best.validation));
  assert.equal((await fitted.predict(table)).kind, "numeric");
  fitted.dispose();
});

Deno.test("A training that diverges ends with the step and what to change", async () => {
  await useEngine("cpu");
  const recipe = { ...TINY, learningRate: 1e30, evaluateEvery: 1 };
  await assert.rejects(
    fitTable({ table: lineTable(30), target: "y", steps: 20, ...quiet, recipe }),
    (error) =>
      error instanceof UserError && /loss is NaN at step \d+ of 20.*learning rate/.test(error.message),
  );
});

Deno.test("A class that training never saw is an error by default and a missing cell on demand", async () => {
  await useEngine("cpu");
  const fitted = await fitTable({ table: lineTable(30), target: "y", steps: 1, ...quiet });
  const odd = lineTable(30, (row, i) => i === 4 ? "1,3,middle" : row);
  await assert.rejects(fitted.predict(odd), /line\.csv, line 6, column "side": class "middle" never occurs/);
  const remarks: string[] = [];
  const prediction = await fitted.predict(odd, { unseen: "missing", notify: (text) => remarks.push(text) });
  assert.equal(prediction.kind === "numeric" && prediction.values.length, 30);
  assert.equal(remarks.length, 1);
  fitted.dispose();
});

Deno.test("Rows without a label are trained on, and never validated on", () => {
  const table = lineTable(40, (row, i) => i % 4 === 0 ? row.replace(/,\d+,/, ",,") : row);
  const { fold } = prepareTable({ table, target: "y", notify: () => {} });
  assert.equal(fold.val.length, 6);
  assert.equal(fold.train.length, 34);
  assert.ok(fold.val.every((row) => row % 4 !== 0));
});

Deno.test("Preparing a table refuses unknown models, wrong shares and too few labels", () => {
  const prepare = (options: Record<string, unknown>) => () =>
    prepareTable({ table: lineTable(30), target: "y", notify: () => {}, ...options });
  assert.throws(prepare({ model: "spine" }), /no model "spine"; known: spin/);
  assert.throws(
    prepare({ table: "houses.csv" }),
    /fitTable, table: expected a table of loadTable, found "houses\.csv"/,
  );
  assert.throws(prepare({ rate: NaN }), /option "rate" .*: expected a number above 0, found NaN/);
  assert.throws(prepare({ validationShare: 1 }), /from 0 to below 1, found 1/);
  assert.throws(prepare({ target: "z" }), /no target column "z"/);
  assert.throws(prepare({ table: lineTable(4) }), /at least 5 rows .* found 4/);
  assert.throws(
    prepare({ steps: 0 }),
    /"steps" \(optimiser steps\): expected a whole number from 1, found 0/,
  );
  assert.equal(prepare({ validationShare: 0 })().fold.val.length, 0);
});

Deno.test("Hyperparameters change the recipe one by one, and what there is not is named", () => {
  const prepare = (options: Record<string, unknown>) =>
    prepareTable({ table: lineTable(30), target: "y", notify: () => {}, ...options }).recipe;
  const defaults = prepare({});
  assert.deepEqual(prepare({ h: 20 }), { ...defaults, model: { ...defaults.model, h: 20 } });
  assert.deepEqual(prepare({ recipe: { model: { h: 20 } } }), prepare({ h: 20 }));
  assert.deepEqual(prepare({ recipe: { optimizer: { clip: 2 } } }).optimizer, {
    ...defaults.optimizer,
    clip: 2,
  });
  assert.equal(prepare({ h: 20, recipe: { model: { h: 5 } } }).model.h, 20);
  assert.deepEqual([
    prepare({ steps: 60 }).evaluateEvery,
    prepare({ steps: 60, evaluateEvery: 7 }).evaluateEvery,
  ], [3, 7]);
  assert.deepEqual([
    defaults.patience,
    prepare({ steps: 60, evaluateEvery: 1 }).patience,
    prepare({ evaluateEvery: 1, patience: 4 }).patience,
    prepare({ evaluateEvery: 1, recipe: { patience: 4 } }).patience,
    prepare({ model: "spin" }).patience,
  ], [10, 30, 4, 4, undefined]);
  assert.throws(() => prepare({ hh: 20 }), /fitTable: there is no option "hh"; nearest: h,/);
  assert.throws(() => prepare({ recipe: { h: 20 } }), /recipe: "h" is an option of its own, \{ h: \.\.\. \}/);
  assert.throws(() => prepare({ recipe: { hh: 20 } }), /recipe: there is no option "hh"/);
});

Deno.test("A model option that there is not is refused before training", async () => {
  await useEngine("cpu");
  const recipe = { model: { embeding: 8 } } as Partial<Recipe>;
  await assert.rejects(
    fitTable({ table: lineTable(30), target: "y", steps: 1, label: null, notify: () => {}, recipe }),
    /model: there is no option "embeding"; nearest: embedding,/,
  );
});

Deno.test("A stopped training goes on to the bits of one that was never stopped, a finished one for more steps", async () => {
  await useEngine("cpu");
  const options = { table: lineTable(40), target: "y", steps: 20, ...quiet };
  const whole = await fitTable(options);
  const stopped = await fitTable({ ...options, signal: AbortSignal.abort() });
  const resumed = await stopped.continue();
  assert.deepEqual([stopped.steps, resumed.steps, resumed.stopped], [1, 20, false]);
  assert.deepEqual([resumed.scores, resumed.best], [whole.scores, whole.best]);
  const longer = await whole.continue({ steps: 5 });
  assert.deepEqual([longer.steps, longer.recipe.steps, whole.steps], [25, 25, 20]);
  assert.ok(longer.best.validation <= whole.best.validation);
  await assert.rejects(
    whole.continue(),
    /expected a number of further steps from 1, .* all steps were taken/,
  );
  await assert.rejects(whole.continue(3 as never), /continue: expected options such as .*, found 3/);
  await assert.rejects(whole.continue({ step: 3 } as never), /continue: there is no option "step"; .*steps/);
  for (const fitted of [whole, stopped, resumed, longer]) fitted.dispose();
});

Deno.test("What is no table, no name and no choice is named", async () => {
  await useEngine("cpu");
  const given = { table: lineTable(30), target: "y", steps: 1, ...quiet };
  const refused = (options: unknown, message: RegExp) =>
    assert.rejects(fitTable(options as typeof given), message);
  await refused(undefined, /fitTable: expected \{ table, target \}, found undefined/);
  await refused(
    { ...given, table: "t.csv" },
    /fitTable, table: expected a table of loadTable, found "t\.csv"/,
  );
  await refused({ ...given, target: 3 }, /fitTable, target: expected the name of a column, found 3/);
  await refused(
    { ...given, uninformative: "keep" },
    /uninformative: expected one of error, drop, found "keep"/,
  );
  const fitted = await fitTable({ ...given, validationShare: 0 });
  const predict = (table: unknown, options = {}) => fitted.predict(table as Table, options);
  await assert.rejects(
    predict([{ x: 1 }]),
    /predict: expected a table of loadTable or the path of a file, found \[/,
  );
  await assert.rejects(predict(given.table, { unseen: "skip" }), /unseen: expected one of error, missing/);
  await assert.rejects(fitted.save(undefined!), /save: expected the path of a file, found undefined/);
  await assert.rejects(fitted.contextEffect(), /contextEffect: .* found no validation rows/);
  fitted.dispose();
  await assert.rejects(predict(given.table), /the model of "y" was disposed of, and predicts no more/);
});

Deno.test("A table shows its columns with as many digits as tell them apart, and a wide one some of them", () => {
  const row = (i: number) => [1e12 + i, "2024-01-0" + (i + 1), ...Array(30).fill(i / 3), i].join(",");
  const head = ["big", "day", ...Array.from({ length: 30 }, (_, j) => `f${j}`), "y"].join(",");
  const text = describeTable(
    typeTable(parseCsv(new TextEncoder().encode([head, ...[0, 1, 2].map(row)].join("\n")), "w.csv")),
    "y",
  );
  assert.match(text, /^w\.csv: 3 rows, 33 columns\n/);
  assert.match(text, /\nbig +numeric +1000000000000 to 1000000000002, mean 1000000000001 +0\n/);
  assert.match(text, /\nday +days +2024-01-01 to 2024-01-03, mean 2024-01-02 +0\n/);
  assert.match(text, /\ny +numeric [^]*\n\nand 12 more columns$/);
});
