import type { EncodedTable, Fold, RawOutputs } from "../../data/mod.ts";
import { createTableModel, type TableModel } from "../../models/table/mod.ts";
import { advice, train, type Trained } from "../loop.ts";
import { improves, type Validation } from "./criterion.ts";
import { bestOf, type FitOptions } from "./fit.ts";
import { manyBatches } from "./fit_many_batches.ts";
import { checkTables, disposeWindow, manyWindow, validateMany, windowPredictor } from "./fit_many_windows.ts";
import { wordTargets } from "./imputation_r2.ts";
import { completeRecipe, type Recipe } from "./recipe.ts";
import { tableTask } from "./task.ts";

/** Means over the validation rows of all tables, and those of each. */
export type ManyValidation = Validation & { each: Validation[] };

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
  const model = options.build?.(columns, recipe.seed) ?? createTableModel(recipe.model, columns, recipe.seed);
  const windows = tables.map((table, i) => manyWindow(model, table, folds[i]!, recipe));
  // The table is an argument: a second program would be a mistake.
  const task = tableTask(model, recipe, windows.map(({ data }) => data), manyBatches(folds, recipe, rows), {
    maxPrograms: 1,
  });
  const dispose = () => {
    windows.forEach(disposeWindow);
    model.dispose();
  };
  try {
    const trained = await train(task, {
      ...options,
      steps: recipe.steps,
      checkpoint: options.checkpoint === undefined
        ? undefined
        : { path: options.checkpoint, every: options.checkpointEvery, recipe },
      evaluate: {
        when: (at) => at % recipe.evaluateEvery === 0,
        run: () => validateMany(windows, criterion),
        better: (now, best) => improves(now, best, criterion),
      },
      advice: advice(recipe),
    });
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
