import { windowOfEpoch } from "../../data/genotypes/windows.ts";
import type { EncodedTable, Fold, RawOutputs } from "../../data/mod.ts";
import { free } from "../../engine/mod.ts";
import { UserError } from "../../errors.ts";
import type { TableModel } from "../../models/table/mod.ts";
import { train, type Trained } from "../loop.ts";
import { type Criterion, validate, type Validation } from "./criterion.ts";
import { bestOf, type FitOptions, trainOptions } from "./fit.ts";
import { wordTargets } from "./imputation_r2.ts";
import { createPredictor, type Predictor } from "./predictor.ts";
import { completeRecipe, type Recipe } from "./recipe.ts";
import { stepData } from "./step.ts";
import { epochBatches, modelOf, tableTask } from "./task.ts";

/** Means over the validation rows of all tables, and those of each. */
type ManyValidation = Validation & { each: Validation[] };

/** One set of weights for several tables, those that did best on the mean of their validation rows. */
export interface FittedMany extends Omit<Trained<ManyValidation>, "best"> {
  model: TableModel;
  recipe: Recipe;
  best: ManyValidation & { step: number };
  /**
   * Predicts rows of a table of the same form, seen in training or not: its own train rows are what is read, their
   * labels only if training has shown labels.
   */
  predict(table: EncodedTable, fold: Fold, rows: Int32Array): Promise<RawOutputs>;
  dispose(): void;
}

/**
 * Trains one model on several tables (official code: `split_type` of `npt/train.py`): every epoch passes over one of them, in the order of
 * `windowOfEpoch`, with one program for all. At an evaluation the same weights predict the validation rows of every table,
 * and those with the best mean are kept; the reference compares measures of different tables, so that the easiest one
 * decides.
 *
 * @param tables with the same columns and rows
 * @param folds of each table
 * @throws UserError if tables differ, the loss is not a number any more, or as `fit` for the criterion.
 */
export async function fitMany(
  tables: readonly EncodedTable[],
  folds: readonly Fold[],
  given: Partial<Recipe>,
  options: FitOptions = {},
): Promise<FittedMany> {
  checkTables(tables, folds);
  const recipe = completeRecipe(given);
  const { criterion = "loss" } = recipe;
  if (criterion === "imputationR2") wordTargets(tables[0]!);
  const { columns, rows } = tables[0]!;
  const model = modelOf(columns, recipe, options.build);
  // Equal programs of several predictors are compiled once.
  const windows = tables.map((table, i) => {
    const fold = folds[i]!;
    return {
      table,
      fold,
      data: stepData(table, fold),
      predictor: windowPredictor(model, table, fold, recipe),
    };
  });
  // The table is an argument: a second program would be a mistake.
  const task = tableTask(model, recipe, windows.map(({ data }) => data), manyBatches(folds, recipe, rows), {
    maxPrograms: 1,
  });
  const dispose = () => {
    for (const { data, predictor } of windows) {
      free(data);
      predictor.dispose();
    }
    model.dispose();
  };
  try {
    const trained = await train(task, trainOptions(recipe, options, () => validateMany(windows, criterion)));
    return {
      ...trained,
      best: bestOf(trained.best!),
      model,
      recipe,
      async predict(table, fold, rows) {
        checkTables([tables[0]!, table], [folds[0]!, fold]);
        const predictor = windowPredictor(model, table, fold, recipe);
        try {
          predictor.update();
          return await predictor.predict(table, rows);
        } finally {
          predictor.dispose();
        }
      },
      dispose,
    };
  } catch (error) {
    dispose();
    throw error;
  } finally {
    task.dispose();
  }
}

/** One program needs tables that differ in cells alone. @throws UserError for others */
function checkTables(tables: readonly EncodedTable[], folds: readonly Fold[]): void {
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
    const expected = `expected all like table 0, ${shape(0)} of the same kinds`;
    throw new UserError(`tables of one model: ${expected}; found ${shape(i)} in table ${i}`);
  });
}

const windowPredictor = (model: TableModel, table: EncodedTable, fold: Fold, recipe: Recipe) =>
  createPredictor({
    model,
    recipe,
    context: table,
    contextRows: fold.train,
    chunk: Math.max(1, fold.val.length, fold.test.length),
  });

/** What the same weights reach on the validation rows of every window: one after the other, and their mean. */
async function validateMany(
  windows: readonly { table: EncodedTable; fold: Fold; predictor: Predictor }[],
  criterion: Criterion,
): Promise<ManyValidation> {
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

/** Batches by step from 0: each epoch passes over one window, in an order of the seed. @param rows of each */
export const manyBatches = (folds: readonly Fold[], recipe: Recipe, rows: number) =>
  epochBatches(folds, recipe, rows, {
    tableOf: (epoch) => windowOfEpoch(folds.length, epoch, recipe.seed),
  });
