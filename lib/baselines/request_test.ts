import { deepEqual, throws } from "node:assert/strict";
import { type BaselineRequest, checkRequest, classesOf } from "./fit.ts";

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
});

Deno.test("a sound request passes", () => checkRequest(REQUEST));

Deno.test("a choice needs validation rows, settings and a model for the task", () => {
  refused({ grid: [{}, {}] }, /xgboost: expected validation rows to choose among 2 settings/);
  refused({ grid: [] }, /expected at least one setting/);
  refused({ model: "kernel-ridge" }, /kernel-ridge: expected a task with numbers to predict, found binary/);
  refused(
    { criterion: "log-loss", task: { kind: "regression", targets: 1 } },
    /log-loss: .* found regression/,
  );
});
