import assert from "node:assert/strict";
import type { RunRecord } from "./record.ts";
import { averageRanks, ranks, type Score, spread, summarise } from "./summary.ts";
import { recordOf } from "./support_test.ts";

const runs = (model: string, rmse: number[], changes: Partial<RunRecord> = {}) =>
  rmse.map((value, index) =>
    recordOf({ model, fold: { index, of: 10 }, metrics: { rmse: value }, ...changes })
  );

const score = (data: string, model: string, mean: number, metric = "rmse"): Score => ({
  data,
  model,
  metric,
  mean,
  deviation: 0,
  standardError: 0,
  runs: 1,
  folds: null,
  profile: "quick",
});

Deno.test("the spread of values is the deviation with n - 1 and its standard error", () => {
  const { mean, deviation, standardError } = spread([2, 4, 4, 4, 5, 5, 7, 9]);
  assert.equal(mean, 5);
  assert.ok(Math.abs(deviation - Math.sqrt(32 / 7)) < 1e-12);
  assert.ok(Math.abs(standardError - Math.sqrt(32 / 7 / 8)) < 1e-12);
  assert.ok(Number.isNaN(spread([3]).deviation));
});

Deno.test("runs are grouped by data set, model and profile, with their number of folds", () => {
  const scores = summarise([
    ...runs("spin", [1, 2, 3]),
    ...runs("npt", [4, 6]),
    ...runs("spin", [9], { profile: "paper" }),
    ...runs("spin", [100], { status: "failed" }),
  ]);
  assert.deepEqual(
    scores.map(({ model, profile, mean, runs, folds }) => [model, profile, mean, runs, folds]),
    [
      ["spin", "quick", 2, 3, { used: 3, of: 10 }],
      ["npt", "quick", 5, 2, { used: 2, of: 10 }],
      ["spin", "paper", 9, 1, { used: 1, of: 10 }],
    ],
  );
  assert.equal(scores[0]?.standardError, 1 / Math.sqrt(3));
});

Deno.test("runs of an older configuration do not enter the mean", () => {
  const older = runs("spin", [10, 20, 30]);
  const newer = runs("spin", [1, 3], { configuration: { e: 64 }, date: "2026-02-01T00:00:00.000Z" });
  const [found] = summarise([...newer, ...older]);
  assert.deepEqual([found?.mean, found?.runs], [2, 2]);
});

Deno.test("two seeds of one fold are two runs of one fold, and a diverged run spoils its mean", () => {
  const [found] = summarise([...runs("spin", [1]), ...runs("spin", [3], { seed: 2 })]);
  assert.deepEqual([found?.mean, found?.runs, found?.folds?.used], [2, 2, 1]);
  const diverged = recordOf({ metrics: { rmse: null }, fold: { index: 5, of: 10 } });
  assert.ok(Number.isNaN(summarise([...runs("spin", [1]), diverged])[0]?.mean));
});

Deno.test("ranks start at the best, ties share, NaN comes last", () => {
  assert.deepEqual(ranks([3, 1, 2], false), [3, 1, 2]);
  assert.deepEqual(ranks([3, 1, 2], true), [1, 3, 2]);
  assert.deepEqual(ranks([1, 2, 1, NaN], false), [1.5, 3, 1.5, 4]);
});

Deno.test("average ranks use the sets that all models have and the direction of each measure", () => {
  const { ranks: found, sets } = averageRanks([
    score("yacht", "spin", 1),
    score("yacht", "npt", 2),
    score("breast-cancer", "spin", 0.9, "accuracy"),
    score("breast-cancer", "npt", 0.95, "accuracy"),
    score("energy", "spin", 3),
    score("energy", "npt", 3),
    score("protein", "spin", 3),
  ]);
  assert.deepEqual(sets, ["yacht", "breast-cancer", "energy"]);
  assert.deepEqual([...found], [["spin", 1.5], ["npt", 1.5]]);
});
