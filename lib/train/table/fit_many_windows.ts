import type { EncodedTable, Fold } from "../../data/mod.ts";
import { UserError } from "../../errors.ts";
import type { TableModel } from "../../models/table/mod.ts";
import { type Criterion, validate, type Validation } from "./criterion.ts";
import { createPredictor, type Predictor } from "./predictor.ts";
import type { Recipe } from "./recipe.ts";
import { disposeData, type StepData, stepData } from "./step.ts";

/** One of the tables that a model is trained on, on the device. */
export interface ManyWindow {
  table: EncodedTable;
  fold: Fold;
  data: StepData;
  /** Reads the train rows of this table. */
  predictor: Predictor;
}

/**
 * One model and one program need tables that differ in their cells alone.
 *
 * @throws UserError if there is no table, or one differs in its columns, rows or sizes of parts.
 */
export function checkTables(tables: readonly EncodedTable[], folds: readonly Fold[]): void {
  if (tables.length === 0 || folds.length !== tables.length) {
    throw new UserError(
      `expected one or more tables with a fold for each, found ${tables.length} tables, ${folds.length} folds`,
    );
  }
  const shape = (i: number) => {
    const [table, { train, val, test }] = [tables[i]!, folds[i]!];
    const targets = table.columns.filter(({ target }) => target).length;
    return `${table.rows} rows (${train.length}/${val.length}/${test.length}), ` +
      `${table.columns.length} columns (${targets} targets)`;
  };
  const kinds = ({ columns }: EncodedTable) =>
    columns.map(({ kind, target, classes }) => [kind, target, classes.length]).join();
  tables.forEach((table, i) => {
    if (shape(i) === shape(0) && kinds(table) === kinds(tables[0]!)) return;
    throw new UserError(
      `tables of one model: expected all like table 0, ${shape(0)} of the same kinds; found ${
        shape(i)
      } in table ${i}`,
    );
  });
}

/** Puts a table on the device, with a predictor of its own; equal programs of several are compiled once. */
export function manyWindow(model: TableModel, table: EncodedTable, fold: Fold, recipe: Recipe): ManyWindow {
  return {
    table,
    fold,
    data: stepData(table, fold),
    predictor: windowPredictor(model, table, fold, recipe),
  };
}

/** Prediction from the train rows of a table. */
export const windowPredictor = (model: TableModel, table: EncodedTable, fold: Fold, recipe: Recipe) =>
  createPredictor({
    model,
    recipe,
    context: table,
    contextRows: fold.train,
    chunk: Math.max(1, fold.val.length, fold.test.length),
  });

export function disposeWindow({ data, predictor }: ManyWindow): void {
  disposeData(data);
  predictor.dispose();
}

/** What the same weights reach on the validation rows of every window: one after the other, and their mean. */
export async function validateMany(
  windows: readonly ManyWindow[],
  criterion: Criterion,
): Promise<Validation & { each: Validation[] }> {
  const each: Validation[] = [];
  for (const { table, fold, predictor } of windows) {
    each.push(await validate(table, fold.val, predictor, criterion));
  }
  const meanOf = (value: (one: Validation) => number) =>
    each.reduce((sum, one) => sum + value(one), 0) / each.length;
  return {
    each,
    validation: meanOf(({ validation }) => validation),
    ...(criterion === "imputationR2" ? { imputationR2: meanOf((one) => one.imputationR2 ?? NaN) } : {}),
  };
}
