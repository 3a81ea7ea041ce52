import { equal, ok } from "node:assert/strict";
import type { Fold } from "../../data/mod.ts";
import { manyBatches } from "./fit_many.ts";
import { completeRecipe } from "./recipe.ts";

const N = 40;
const range = (from: number, to: number) => Int32Array.from({ length: to - from }, (_, i) => from + i);
const FOLD: Fold = { train: range(0, 28), val: range(28, 34), test: range(34, N) };

Deno.test("each epoch takes the rows of one window, each cycle every window", () => {
  const recipe = completeRecipe({ batchSize: 10, transductive: false, seed: 3 });
  const batches = manyBatches([FOLD, FOLD, FOLD], recipe, N);
  const steps = Array.from({ length: 18 }, (_, step) => batches(step));
  const epochs = Array.from({ length: 6 }, (_, epoch) => steps.slice(3 * epoch, 3 * epoch + 3));
  for (const epoch of epochs) {
    equal(new Set(epoch.map(({ table }) => table)).size, 1);
    const rows = epoch.flatMap(({ rows }) => [...rows!]);
    equal(new Set(rows).size, rows.length);
    ok(rows.every((row) => row < 28));
  }
  equal(new Set(epochs.slice(0, 3).map(([first]) => first!.table)).size, 3);
  equal(manyBatches([FOLD, FOLD], completeRecipe({}), N)(0).rows, null);
});
