import * as tf from "@tensorflow/tfjs-core";
import type { EncodedTable, Fold, RawOutputs } from "../../data/mod.ts";
import { jit, type ProgramMemory, ready } from "../../engine/mod.ts";
import { UserError } from "../../errors.ts";
import { progress, stopRequested } from "../../progress/mod.ts";
import { createTableModel, type TableModel } from "../../models/table/mod.ts";
import { createSnapshot } from "../best.ts";
import { improves, NOTHING_YET, type Validation } from "./criterion.ts";
import { manyBatches } from "./fit_many_batches.ts";
import { checkTables, disposeWindow, manyWindow, validateMany, windowPredictor } from "./fit_many_windows.ts";
import { wordTargets } from "./imputation_r2.ts";
import { createOptimizer } from "../optimizer.ts";
import { completeRecipe, type Recipe } from "./recipe.ts";
import { learningRate, tradeoff } from "../schedule.ts";
import { stepFunction, stepInputs } from "./step.ts";
import { stopwatch } from "../stopwatch.ts";

export interface FitManyOptions {
  /** What the progress line is called; without it there is none. */
  label?: string;
}

/** One look at the training: means over the validation rows of all tables, and those of each. */
export interface ManyLook extends Validation {
  step: number;
  each: Validation[];
}

/** One set of weights for several tables, those that did best on the mean of their validation rows. */
export interface FittedMany {
  model: TableModel;
  recipe: Recipe;
  history: ManyLook[];
  best: ManyLook;
  steps: number;
  /** True if it was stopped before its last step. */
  stopped: boolean;
  seconds: { compile: number; train: number; evaluate: number };
  /** Of the training step, where the engine compiles. */
  memory: ProgramMemory | undefined;
  /**
   * Predicts rows of a table of the same form, seen in training or not: its own train rows are what is read, their
   * labels only if training has shown labels.
   */
  predict(table: EncodedTable, fold: Fold, rows: Int32Array): Promise<RawOutputs>;
  dispose(): void;
}

/**
 * Trains one model on several tables (reference section 4.3): every epoch passes over one of them, in the order of
 * `windowOfEpoch`, with one program for all. At a look the same weights predict the validation rows of every table, and those
 * with the best mean are kept; the reference compares measures of different tables, so that the easiest one decides.
 *
 * @param tables with the same columns and rows
 * @param folds of each table
 * @throws UserError if tables differ, the loss is not a number any more, or as `fit` for the criterion.
 */
export async function fitMany(
  tables: readonly EncodedTable[],
  folds: readonly Fold[],
  given: Partial<Recipe>,
  options: FitManyOptions = {},
): Promise<FittedMany> {
  checkTables(tables, folds);
  const recipe = completeRecipe(given);
  const { criterion = "loss" } = recipe;
  if (criterion === "imputationR2") wordTargets(tables[0]!);
  const model = createTableModel(recipe.model, tables[0]!.columns, recipe.seed);
  const optimizer = createOptimizer(model.parameters, recipe.optimizer);
  // The table is an argument: a second program would be a mistake.
  const step = jit(stepFunction(model, optimizer, recipe), { maxPrograms: 1 });
  const windows = tables.map((table, i) => manyWindow(model, table, folds[i]!, recipe));
  const best = createSnapshot(model.parameters.map(({ variable }) => variable));
  const rate = learningRate(recipe.schedule, recipe.learningRate, recipe.steps, recipe.flatShare);
  const weight = tradeoff(recipe.tradeoffSchedule, recipe.tradeoff, recipe.steps);
  const batches = manyBatches(folds, recipe, tables[0]!.rows);
  const bar = options.label === undefined ? undefined : progress(recipe.steps, { label: options.label });
  const history: ManyLook[] = [];
  let chosen: ManyLook = { step: 0, ...NOTHING_YET, each: [] };
  let memory: ProgramMemory | undefined;
  const { seconds, lap } = stopwatch();
  let at = 0;
  let stopped = false;

  while (at < recipe.steps && !stopped) {
    at++;
    const { window, rows } = batches(at - 1);
    const { data } = windows[window]!;
    const inputs = stepInputs(recipe.seed, at, rate(at), weight(at), rows);
    if (at === 1) {
      const compiling = step.prepare(inputs, data);
      await (bar ? bar.during("compiling", compiling) : compiling);
    }
    const losses = step(inputs, data);
    if (at === 1) memory = step.memory(inputs, data);
    // Waiting lets the event loop go on.
    await ready(losses.total);
    if (at % recipe.evaluateEvery === 0 || at === recipe.steps) {
      const loss = (await losses.total.data())[0]!;
      lap("train");
      if (!Number.isFinite(loss)) {
        throw new UserError(
          `the training loss is ${loss} at step ${at} of ${recipe.steps}: the model has diverged; ` +
            `lower the learning rate (now ${recipe.learningRate}) or change the seed (now ${recipe.seed})`,
        );
      }
      const { mean, each } = await validateMany(windows, criterion);
      const look: ManyLook = { step: at, ...mean, each };
      if (improves(look, chosen, criterion)) {
        chosen = look;
        best.take();
      }
      history.push(look);
      bar?.update(at, { loss, ...mean });
      lap("evaluate");
    } else if (bar?.due()) {
      bar.update(at, { loss: (await losses.total.data())[0]! });
    }
    tf.dispose([losses.total, losses.label, losses.feature]);
    tf.dispose(Object.values(inputs));
    stopped = stopRequested() && at < recipe.steps;
  }
  await bar?.done();
  if (chosen.step > 0) best.restore();
  lap("train");
  optimizer.dispose();
  step.dispose();
  best.dispose();
  return {
    model,
    recipe,
    history,
    best: chosen,
    steps: at,
    stopped,
    seconds,
    memory,
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
    dispose() {
      windows.forEach(disposeWindow);
      model.dispose();
    },
  };
}
