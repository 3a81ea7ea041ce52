import type { Fitted } from "../train/table/fit.ts";
import type { Outcome } from "./record.ts";

/** What a finished training of a table has cost. @param testing seconds of testing, beside the looks of the training */
export function trainingCosts(
  { seconds: { compile, train, evaluate }, steps, model, memory }: Pick<
    Fitted,
    "seconds" | "steps" | "model" | "memory"
  >,
  testing: number,
): Omit<Outcome, "metrics"> {
  return {
    seconds: { compile, train, evaluate: evaluate + testing },
    steps,
    parameters: model.parameters.reduce((sum, { count }) => sum + count, 0),
    compiledBytes: memory?.peak ?? null,
  };
}
