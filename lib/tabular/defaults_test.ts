import assert from "node:assert/strict";
import { countParameters, type ModelColumn } from "../models/table/mod.ts";
import { defaultRecipe, TABLE_MODELS } from "./defaults.ts";

const columns = (d: number): ModelColumn[] =>
  Array.from({ length: d }, () => ({ kind: "numeric", classes: [] }));

Deno.test("The default recipe fits every table, from two columns to a thousand", () => {
  for (const model of TABLE_MODELS) {
    for (const d of [2, 3, 11, 100, 1000]) {
      const recipe = defaultRecipe(model, 500, d, 1);
      const count = countParameters(recipe.model, columns(d));
      assert.ok(count > 0 && count < 3e8, `${model} with ${d} columns has ${count} parameters`);
    }
  }
});

Deno.test("Large tables get more steps and wide ones smaller batches, within bounds", () => {
  const recipe = (rows: number, d: number) => defaultRecipe("spin", rows, d, 1);
  assert.equal(recipe(50, 5).batchSize, -1);
  assert.equal(recipe(1000, 10).batchSize, 128);
  assert.equal(recipe(1000, 512).batchSize, 32);
  assert.equal(recipe(1000, 5000).batchSize, 16);
  assert.equal(recipe(100, 10).steps, recipe(1000, 10).steps);
  assert.ok(recipe(4000, 10).steps > recipe(1000, 10).steps);
  assert.equal(recipe(1e6, 10).steps, recipe(1e7, 10).steps);
});
