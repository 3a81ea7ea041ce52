import { currentEngine } from "../engine/mod.ts";
import { checkContinue, stepsAfter } from "../train/loop.ts";
import { type ContextEffect, contextEffect } from "../train/table/context_effect.ts";
import { fit, type FitOptions, type Fitted } from "../train/table/fit.ts";
import { type LoadOptions, readModelFile as readModel } from "../train/table/model_file.ts";
import { score } from "../train/table/score.ts";
import { type TabularModel, tabularModel } from "./model.ts";
import { shownModel } from "./shown.ts";
import { type Prepared, prepareTable, type TrainingOptions } from "./prepare.ts";

export interface FitTableOptions extends TrainingOptions, Pick<FitOptions, "build" | "signal"> {
  /** What the progress line is called; default "training", null for no progress line. */
  label?: string | null;
}

export interface ContinueOptions extends Pick<FitOptions, "signal"> {
  steps?: number;
  /** What the progress line is called; that of the training before unless given, null for none. */
  label?: string | null;
}

/** A model with the story of its training; `steps` are fewer than asked for if it was stopped. */
export interface FittedTable
  extends TabularModel, Pick<Fitted, "history" | "best" | "steps" | "stopped" | "seconds" | "memory"> {
  rows: { train: number; validation: number };
  /** Whether it reads its training set: errors of the validation rows with other contexts; see `contextEffect`. */
  contextEffect(): Promise<ContextEffect[]>;
  /**
   * Trains on from its last step, as a model of its own; this one stays as it is. The learning rate follows the schedule of the
   * whole training, so a stopped one that goes on to its end has the bits of one that was never stopped.
   *
   * @param more.steps further steps; those that were left unless given
   * @throws UserError if there are none left and none given
   */
  continue(more?: ContinueOptions): Promise<FittedTable>;
}

/**
 * Trains a model to predict one column of a table from the others; defaults need no tuning (see `defaultRecipe`).
 *
 * @throws UserError for all that is wrong with the table or the options (see `prepareTable`) before training begins,
 *   and if training diverges.
 *
 * @example
 * const table = await loadTable("houses.csv");
 * const fitted = await fitTable({ table, target: "price" });
 * console.log(fitted.scores, await fitted.predict("new-houses.csv"));
 */
export async function fitTable(options: FitTableOptions): Promise<FittedTable> {
  const prepared = prepareTable(options);
  const { label = "training", build, signal } = options;
  return await fitPrepared(prepared, { label: label ?? undefined, build, signal });
}

/** The training half of `fitTable`. */
export async function fitPrepared(
  prepared: Prepared,
  options: FitOptions = { label: "training" },
): Promise<FittedTable> {
  await currentEngine();
  const { table, fold, recipe } = prepared;
  const fitted = await fit(table, fold, recipe, { keep: true, ...options });
  const { model, columns, predictor, history, best, steps, stopped, seconds, memory, state } = fitted;
  const validated = fold.val.length > 0
    ? score(table, fold.val, await predictor.predict(table, fold.val)).metrics
    : {};
  const metrics = Object.fromEntries(
    Object.entries(validated).map(([name, value]) => [name, Number.isFinite(value) ? value : null]),
  );
  return shownModel({
    ...tabularModel({ columns, model, recipe: fitted.recipe, predictor, metrics }),
    rows: { train: fold.train.length, validation: fold.val.length },
    contextEffect: () => contextEffect(fitted, table, fold),
    continue: async (more = {}) => {
      checkContinue(more);
      const { label, signal } = more;
      return await fitPrepared(
        { ...prepared, recipe: { ...recipe, steps: stepsAfter(fitted, more.steps) } },
        { ...options, from: state, signal, label: label === null ? undefined : label ?? options.label },
      );
    },
    ...{ history, best, steps, stopped, seconds, memory },
  });
}

/** A model from a file that `save` wrote. @throws UserError naming the file and what is wrong with it */
export async function loadModel(path: string, options: LoadOptions = {}): Promise<TabularModel> {
  await currentEngine();
  return shownModel(tabularModel(await readModel(path, options)));
}
