import type { EncodedTable, Fold } from "../data/mod.ts";
import type { Fitted } from "../train/table/fit.ts";
import { score } from "../train/table/score.ts";
import type { Outcome } from "./experiment.ts";

/** What a finished training of a table has cost. @param testing seconds of testing, beside the evaluations of the training */
export function trainingCosts(
  { seconds: { compile, train, evaluate }, steps, model, memory }: Pick<
    Fitted,
    "seconds" | "steps" | "model" | "memory"
  >,
  testing = 0,
): Omit<Outcome, "metrics"> {
  return {
    seconds: { compile, train, evaluate: evaluate + testing },
    steps,
    parameters: model.parameters.reduce((sum, { count }) => sum + count, 0),
    compiledBytes: memory?.peak ?? null,
  };
}

/** What a trained table model reaches on the test rows and has cost; undefined if it was stopped. The model is freed. */
export async function testedOutcome(
  fitted: Fitted,
  table: EncodedTable,
  fold: Fold,
): Promise<Outcome | undefined> {
  try {
    if (fitted.stopped) return undefined;
    const start = performance.now();
    const { metrics, loss } = score(table, fold.test, await fitted.predictor.predict(table, fold.test));
    const { validation, step } = fitted.best;
    return {
      metrics: { ...metrics, testLoss: loss, validationLoss: validation, bestStep: step },
      ...trainingCosts(fitted, (performance.now() - start) / 1000),
    };
  } finally {
    fitted.dispose();
  }
}
