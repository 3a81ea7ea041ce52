import type { EncodedTable, Fold } from "../data/mod.ts";
import { compileTime, memoryOf, tensorSpec } from "../engine/mod.ts";
import { countParameters, createTableModel, type ModelColumn, type TableModel } from "../models/table/mod.ts";
import type { Json } from "../results/mod.ts";
import { createOptimizer } from "../train/optimizer.ts";
import type { Fitted } from "../train/table/fit.ts";
import type { Recipe } from "../train/table/recipe.ts";
import { score } from "../train/table/score.ts";
import { stepFunction } from "../train/table/step.ts";
import { type Outcome, untrained } from "./experiment.ts";

/** What a finished training has cost. @param testing seconds of testing, beside the evaluations of the training */
export function trainingCosts(
  { seconds: { compile, train, evaluate }, steps, model, memory }:
    & Pick<Fitted, "seconds" | "steps" | "memory">
    & { model: Pick<TableModel, "parameters"> },
  testing = 0,
): Omit<Outcome, "metrics" | "details"> {
  return {
    seconds: { compile, train, evaluate: evaluate + testing },
    steps,
    parameters: model.parameters.reduce((sum, { count }) => sum + count, 0),
    compiledBytes: memory?.peak ?? null,
  };
}

/** The outcome of a training, whose model is freed. @param test of the test rows; counts as evaluation */
export async function outcomeOf<Details extends Json>(
  fitted: Pick<Fitted, "seconds" | "steps" | "memory" | "model" | "stopped" | "dispose">,
  test: () => Promise<Pick<Outcome<Details>, "metrics" | "details">>,
): Promise<Outcome<Details> | undefined> {
  try {
    if (fitted.stopped) return undefined;
    const start = performance.now();
    const tested = await test();
    return { ...tested, ...trainingCosts(fitted, (performance.now() - start) / 1000) };
  } finally {
    fitted.dispose();
  }
}

/** What a trained table model reaches on the test rows and has cost; see `outcomeOf`. */
export const testedOutcome = (
  fitted: Fitted,
  table: EncodedTable,
  fold: Fold,
): Promise<Outcome | undefined> =>
  outcomeOf(fitted, async () => {
    const { metrics, loss } = score(table, fold.test, await fitted.predictor.predict(table, fold.test));
    return { metrics: { ...metrics, testLoss: loss, ...bestMeasures(fitted) } };
  });

/** Of the best evaluation, as records have it. */
export const bestMeasures = ({ best }: Pick<Fitted, "best">) => ({
  validationLoss: best.validation,
  bestStep: best.step,
});

/** What is compiled: a training step on a table that need not be there. */
interface StepShape {
  columns: readonly ModelColumn[];
  rows: number;
  /** Rows of a batch; the whole table by default. */
  batch?: number;
}

/** Compiled memory of a training step with parameters, optimiser state and table; nothing is run. */
export function compiledStep(
  recipe: Pick<Recipe, "model" | "optimizer" | "labelMask" | "featureMask" | "maskToken" | "seed">,
  { columns, rows, batch = rows }: StepShape,
): Outcome {
  const model = createTableModel(recipe.model, columns, recipe.seed);
  const optimizer = createOptimizer(model.parameters, recipe.optimizer);
  const before = compileTime().milliseconds;
  try {
    const d = columns.length;
    const numeric = columns.filter(({ kind }) => kind === "numeric").length;
    const { temporary, peak } = memoryOf(stepFunction(model, optimizer, recipe), {
      key: tensorSpec([2], "int32"),
      step: tensorSpec([], "int32"),
      learningRate: tensorSpec([]),
      tradeoff: tensorSpec([]),
      rows: batch < rows ? tensorSpec([batch], "int32") : null,
    }, {
      all: {
        values: tensorSpec([rows, numeric]),
        codes: tensorSpec([rows, d - numeric], "int32"),
        missing: tensorSpec([rows, d]),
      },
      train: tensorSpec([rows, 1]),
      target: tensorSpec([1, d]),
    });
    return {
      metrics: { temporary, peak },
      ...untrained({ compile: (compileTime().milliseconds - before) / 1000 }),
      parameters: countParameters(recipe.model, columns),
      compiledBytes: peak,
    };
  } finally {
    optimizer.dispose();
    model.dispose();
  }
}
