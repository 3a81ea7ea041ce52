import { likelihoodsOf } from "../models/process/normal.ts";
import type { Tasks } from "../models/process/points.ts";
import type { GoldenCase } from "./case.ts";
import type { Produced } from "./compare.ts";
import { parameterTensor } from "./parameters.ts";
import { buildProcess } from "./process_build.ts";
import { runWithGradients } from "./process_gradients.ts";
import { named } from "./process_runnable.ts";

/** The points of a case: contexts and targets. */
export const tasksOf = (golden: GoldenCase): Tasks => ({
  x: parameterTensor(golden, "input/x"),
  y: parameterTensor(golden, "input/y"),
  context: parameterTensor(golden, "input/xc").shape[1],
} as Tasks);

/** A whole neural process: the training pass with gradients, and the evaluation. */
export function runProcessCase(golden: GoldenCase): Promise<Produced> {
  const tasks = tasksOf(golden);
  const { parameters, train, predict } = buildProcess(golden, tasks);
  return runWithGradients(golden, parameters, train, () => {
    const { prediction, outputs } = predict();
    const { rows, context, targets } = likelihoodsOf(prediction, tasks);
    return {
      ...outputs,
      ...named("eval_", prediction),
      "output/eval_ll": rows,
      "output/eval_ctx_ll": context,
      "output/eval_tar_ll": targets,
    };
  });
}
