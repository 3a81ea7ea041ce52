import { deepEqual, equal, throws } from "node:assert/strict";
import { type BaselineRequest, checkRequest, classesOf, outputsOf } from "./fit.ts";

const REQUEST: BaselineRequest = {
  model: "xgboost",
  grid: [{}],
  columns: 2,
  train: { x: [0, 1, 1, 0], y: [0, 1] },
  test: { x: [1, 1] },
  task: { kind: "binary", targets: 1 },
  seed: 0,
  threads: 1,
};

const refused = (changes: Partial<BaselineRequest>, message: RegExp) =>
  throws(() => checkRequest({ ...REQUEST, ...changes }), message);

Deno.test("outputs are one a number or label, and one a class", () => {
  deepEqual(classesOf({ kind: "binary", targets: 3 }), [2, 2, 2]);
  equal(outputsOf({ kind: "binary", targets: 3 }), 3);
  equal(outputsOf({ kind: "regression", targets: 2 }), 2);
  equal(outputsOf({ kind: "classification", classes: [3, 32] }), 35);
});

Deno.test("a sound request passes", () => checkRequest(REQUEST));

Deno.test("rows that don't fit are refused with their place", () => {
  refused({ columns: 3 }, /^UserError: train rows: expected rows of 3 columns, found 4 numbers/);
  refused({ test: { x: [] } }, /test rows: expected rows of 2 columns, found 0 numbers/);
  refused({ test: { x: [1, NaN] } }, /test rows, row 0, column 1: expected a number, found NaN/);
  refused({ train: { x: [0, 1, 1, 0], y: [1] } }, /train rows: expected 2 × 1 target values, found 1/);
  refused(
    { train: { x: [0, 1, 1, 0], y: [0, 2] } },
    /row 1, target 0: expected a class from 0 to 1, found 2/,
  );
});

Deno.test("a choice needs validation rows, settings and a model for the task", () => {
  refused({ grid: [{}, {}] }, /xgboost: expected validation rows to choose among 2 settings/);
  refused({ grid: [] }, /expected at least one setting/);
  refused({ model: "kernel-ridge" }, /kernel-ridge: expected a task with numbers to predict, found binary/);
  refused(
    { criterion: "log-loss", task: { kind: "regression", targets: 1 } },
    /log-loss: .* found regression/,
  );
});
