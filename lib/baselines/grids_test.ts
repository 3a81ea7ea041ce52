import { deepEqual, equal, ok } from "node:assert/strict";
import { BASELINE_MODELS, type BaselineModel } from "./fit.ts";
import { baselineGrid, product, type SizeClass } from "./grids.ts";

Deno.test("a product has every combination, the last list changing fastest", () => {
  deepEqual(product({ a: [1, 2], b: ["x", "y"] }), [
    { a: 1, b: "x" },
    { a: 1, b: "y" },
    { a: 2, b: "x" },
    { a: 2, b: "y" },
  ]);
  deepEqual(product({}), [{}]);
});

Deno.test("the published grids have their published sizes", () => {
  const size = (
    model: BaselineModel,
    data: SizeClass,
    kind: "regression" | "classification" = "regression",
  ) => baselineGrid(model, data, "paper", kind).length;
  equal(size("xgboost", "small"), 48);
  equal(size("lightgbm", "medium"), 48);
  equal(size("gradient-boosting", "small"), 12);
  equal(size("random-forest", "small"), 24);
  // Of the three published values two are the same for classes.
  equal(size("random-forest", "small", "classification"), 16);
  equal(size("knn", "small"), 480);
  equal(size("knn", "imputation"), 40);
  equal(size("knn", "large"), 40);
  equal(size("mlp", "small"), 11_340);
  equal(size("mlp", "medium"), 270);
  equal(size("mlp", "higgs"), 6);
  equal(size("mlp", "imputation"), 18);
  equal(size("gaussian-process", "small"), 9);
  equal(size("gaussian-process", "small", "classification"), 3);
  equal(size("kernel-ridge", "small"), 9);
  equal(size("bayesian-ridge", "small"), 46_656);
});

Deno.test("quick grids are small, whatever the data", () => {
  for (const model of BASELINE_MODELS) {
    for (const data of ["small", "medium", "imputation"] as const) {
      const { length } = baselineGrid(model, data, "quick", "regression");
      ok(length >= 1 && length <= 20, `${model}, ${data}: ${length}`);
    }
  }
});
