import type { EncodedTable, RawOutputs } from "../../data/mod.ts";
import { accuracy, auroc, logLoss, probabilities, rmse } from "./metrics.ts";

interface Scores {
  /** Mean squared error (standardised) or cross-entropy over all label cells: what the best weights are chosen by. */
  loss: number;
  /** rmse (in the target's units); or accuracy, logLoss and, for two classes, auroc. With several targets, means. */
  metrics: Record<string, number>;
}

/** Compares predictions for `rows` of a table with its labels; rows without a label are left out. */
export function score(table: EncodedTable, rows: Int32Array, outputs: RawOutputs): Scores {
  const numeric = table.columns.filter(({ kind }) => kind === "numeric");
  const categorical = table.columns.filter(({ kind }) => kind === "categorical");
  const width = categorical.length === 0 ? 0 : outputs.logits.length / (rows.length * categorical.length);
  const collected: Record<string, number[]> = {};
  const add = (name: string, value: number) => (collected[name] ??= []).push(value);
  let [sum, cells] = [0, 0];

  numeric.forEach((column, j) => {
    if (!column.target) return;
    const at = table.columns.indexOf(column);
    const known = labelled(table, rows, at);
    const predicted = known.map((i) => outputs.values[i * numeric.length + j]!);
    const truth = known.map((i) => table.values[rows[i]! * numeric.length + j]!);
    const standardised = rmse(predicted, truth);
    sum += standardised ** 2 * known.length;
    cells += known.length;
    add("rmse", standardised * column.deviation);
  });
  categorical.forEach((column, j) => {
    if (!column.target) return;
    const at = table.columns.indexOf(column);
    const known = labelled(table, rows, at);
    const classes = column.classes.length;
    const truth = Int32Array.from(known, (i) => table.codes[rows[i]! * categorical.length + j]!);
    const logits = Float64Array.from({ length: known.length * classes }, (_, k) => {
      const i = known[Math.floor(k / classes)]!;
      return outputs.logits[(i * categorical.length + j) * width + k % classes]!;
    });
    const p = probabilities(logits, classes);
    const loss = logLoss(p, truth, classes);
    sum += loss * known.length;
    cells += known.length;
    add("accuracy", accuracy(logits, truth, classes));
    add("logLoss", loss);
    if (classes === 2) add("auroc", auroc(Float64Array.from(known, (_, i) => p[i * 2 + 1]!), truth));
  });
  const mean = (values: number[]) => values.reduce((a, b) => a + b, 0) / values.length;
  const metrics = Object.fromEntries(
    Object.entries(collected).map(([name, values]) => [name, mean(values)]),
  );
  return { loss: sum / cells, metrics };
}

/** Positions in `rows` whose cell in column `at` is not missing. */
function labelled(table: EncodedTable, rows: Int32Array, at: number): number[] {
  const d = table.columns.length;
  return [...rows.keys()].filter((i) => !table.missing[rows[i]! * d + at]);
}
