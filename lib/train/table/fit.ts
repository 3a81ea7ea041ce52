import { type EncodedTable, type Fold, shuffled, withBins } from "../../data/mod.ts";
import { free } from "../../engine/mod.ts";
import { UserError } from "../../errors.ts";
import type { BuildTableModel, TableModel } from "../../models/table/mod.ts";
import {
  advice,
  courseOf,
  type CourseOptions,
  type Evaluation,
  train,
  type Trained,
  type TrainOptions,
} from "../loop.ts";
import { improves, validate, type Validation } from "./criterion.ts";
import { wordTargets } from "./imputation_r2.ts";
import { createPredictor, type Keeps, keepsOf, type Predictor } from "./predictor.ts";
import { completeRecipe, type Recipe } from "./recipe.ts";
import { stepData } from "./step.ts";
import { epochBatches, modelOf, tableTask } from "./task.ts";

export interface FitOptions extends CourseOptions {
  /** Makes a model of one's own, in place of what `recipe.model` names. */
  build?: BuildTableModel;
}

/** A trained model with the weights that did best on the validation rows. */
export interface Fitted extends Omit<Trained<Validation>, "best"> {
  model: TableModel;
  /** As the model knows them. */
  columns: EncodedTable["columns"];
  recipe: Recipe;
  predictor: Predictor;
  best: Validation & { step: number };
  dispose(): void;
}

/** Query rows per prediction program; more where each program reads a large part of the table again. */
const CHUNK = 128;
const LARGE_CHUNK = 512;

/** Most train rows that prediction reads: attention between rows costs memory by their square, encoding by their number. */
const MOST_CONTEXT: Record<Keeps, number> = { rows: 2048, latents: 65_536, nothing: 0 };
/** Where labels are read from the context, its rows are decoded as well. */
const MOST_READ = 8192;

/**
 * Trains a table model on a fold (`npt/train.py`): every `evaluateEvery` steps the validation rows are
 * predicted, and the weights that did best on them are kept. Validation and test labels are never inputs of a step.
 *
 * From a large table prediction reads a random part of the train rows: 2,048 where every row attends to all (NPT, Set
 * Transformer), 65,536 where they are encoded once (SPIN).
 *
 * @throws UserError if the loss is not a number any more, saying at which step and what to change; for the criterion
 *   `imputationR2` on a table whose targets are no words of alleles.
 */
export async function fit(
  given: EncodedTable,
  fold: Fold,
  changes: Partial<Recipe>,
  options: FitOptions = {},
): Promise<Fitted> {
  const recipe = completeRecipe(changes);
  const { bins = 0 } = recipe.model;
  const table = bins > 0 ? withBins(given, fold.train, bins) : given;
  const { criterion = "loss" } = recipe;
  if (criterion === "imputationR2") wordTargets(table);
  const classes = recipe.balanceClasses ? targetClasses(table) : undefined;
  const model = modelOf(table.columns, recipe, options.build);
  const data = stepData(table, fold);
  const task = tableTask(model, recipe, [data], epochBatches([fold], recipe, table.rows, { classes }));
  const most = MOST_CONTEXT[keepsOf(model, recipe)];
  const contextRows = contextOf(fold, model.leaveOneOut ? Math.min(most, MOST_READ) : most, recipe.seed);
  const chunk = contextRows.length < fold.train.length ? LARGE_CHUNK : CHUNK;
  const predictor = createPredictor({
    model,
    recipe,
    context: table,
    contextRows,
    chunk: Math.min(chunk, Math.max(fold.val.length, fold.test.length) || chunk),
  });
  const dispose = () => {
    predictor.dispose();
    model.dispose();
  };
  try {
    const trained = await train(task, {
      ...trainOptions(recipe, options, () => validate(table, fold.val, predictor, criterion)),
      also: () => predictor.prepare(table),
    });
    predictor.update();
    return {
      ...trained,
      best: bestOf(trained.best!),
      model,
      columns: table.columns,
      recipe,
      predictor,
      dispose,
    };
  } catch (error) {
    dispose();
    throw error;
  } finally {
    task.dispose();
    free(data);
  }
}

/** A training whose best weights are those that `run` finds best. */
export const trainOptions = <Scores extends Validation>(
  recipe: Recipe,
  options: FitOptions,
  run: () => Promise<Scores>,
): TrainOptions<Scores> => ({
  ...courseOf(options, options.build ? { ...recipe, build: String(options.build) } : recipe),
  steps: recipe.steps,
  evaluate: {
    when: (at) => at % recipe.evaluateEvery === 0,
    run,
    better: (now, best) => improves(now, best, recipe.criterion ?? "loss"),
    patience: recipe.patience,
  },
  advice: advice(recipe),
});

export const bestOf = <Scores extends object>({ step, scores }: Evaluation<Scores>) => ({ step, ...scores });

/** The train rows that prediction reads: all of them, or a random part of very many. */
function contextOf({ train }: Fold, most: number, seed: number): Int32Array {
  return train.length <= most ? train : shuffled(train, [seed, 0]).subarray(0, most).sort();
}

/** [n] class of each row, -1 without one. @throws UserError unless there is one target, of classes */
function targetClasses({ columns, codes, rows }: EncodedTable): Int32Array {
  const categorical = columns.filter(({ kind }) => kind === "categorical");
  const at = categorical.findIndex(({ target }) => target);
  if (at < 0 || columns.filter(({ target }) => target).length > 1) {
    throw new UserError('recipe option "balanceClasses": expected a table with one target, of classes');
  }
  return Int32Array.from({ length: rows }, (_, row) => codes[row * categorical.length + at]!);
}
