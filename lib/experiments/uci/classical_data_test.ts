import { deepEqual, equal, ok } from "node:assert/strict";
import type { EncodedTable } from "../../data/mod.ts";
import { classicalTable } from "./classical_data.ts";

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
