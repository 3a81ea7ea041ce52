import type { BaselineTask } from "../../baselines/mod.ts";
import type { EncodedTable } from "../../data/mod.ts";
import { UserError } from "../../errors.ts";
import { accuracy, auroc, logLoss, rmse } from "../../train/table/metrics.ts";

/** A table as classical models read it (reference section 6.1). */
export interface ClassicalTable {
  /** Numbers of a row: standardised numeric features, then an indicator for each class of the categorical ones. */
  columns: number;
  task: BaselineTask;
  /** x [rows · columns], y [rows]: class indices or standardised numbers. */
  examples: (rows: Int32Array) => { x: Float32Array; y: Float32Array };
  /** Measures of what was predicted for rows: [rows] numbers or [rows · classes] probabilities. */
  measures: (rows: Int32Array, predicted: Float32Array) => Record<string, number>;
}

/**
 * An encoded table with one target for classical models. Missing cells are zeros: the mean of a number, no class.
 *
 * @throws UserError for a table with several targets
 */
export function classicalTable(table: EncodedTable): ClassicalTable {
  const { columns } = table;
  const d = columns.length;
  const numeric = columns.flatMap(({ kind }, j) => kind === "numeric" ? [j] : []);
  const categorical = columns.flatMap(({ kind }, j) => kind === "categorical" ? [j] : []);
  const targets = columns.filter(({ target }) => target);
  if (targets.length !== 1) throw new UserError(`expected one target, found ${targets.length}`);
  const target = targets[0]!;
  const [dn, dc] = [numeric.length, categorical.length];
  const targetAt = (target.kind === "numeric" ? numeric : categorical).indexOf(columns.indexOf(target));
  const label = (row: number) =>
    target.kind === "numeric" ? table.values[row * dn + targetAt]! : table.codes[row * dc + targetAt]!;

  const numbers = numeric.flatMap((j, at) => columns[j]!.target ? [] : [at]);
  const indicators: { at: number; from: number; classes: number }[] = [];
  let width = numbers.length;
  categorical.forEach((j, at) => {
    if (columns[j]!.target) return;
    const classes = columns[j]!.classes.length;
    indicators.push({ at, from: width, classes });
    width += classes;
  });
  const known = (rows: Int32Array) => rows.filter((row) => !table.missing[row * d + columns.indexOf(target)]);

  return {
    columns: width,
    task: target.kind === "numeric"
      ? { kind: "regression", targets: 1 }
      : { kind: "classification", classes: [target.classes.length] },
    examples: (rows) => {
      const labelled = known(rows);
      const x = new Float32Array(labelled.length * width);
      labelled.forEach((row, i) => {
        numbers.forEach((at, k) => x[i * width + k] = table.values[row * dn + at]!);
        for (const { at, from } of indicators) {
          const code = table.codes[row * dc + at]!;
          if (code >= 0) x[i * width + from + code] = 1;
        }
      });
      return { x, y: Float32Array.from(labelled, label) };
    },
    measures: (rows, predicted) => {
      const truth = Float64Array.from(known(rows), label);
      if (target.kind === "numeric") return { rmse: rmse(predicted, truth, target.deviation) };
      const classes = target.classes.length;
      const measures: Record<string, number> = {
        accuracy: accuracy(predicted, truth, classes),
        logLoss: logLoss(predicted, truth, classes),
      };
      if (classes !== 2) return measures;
      const second = predicted.filter((_, i) => i % 2 === 1);
      return { ...measures, auroc: auroc(second, truth) };
    },
  };
}
