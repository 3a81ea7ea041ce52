import { join } from "node:path";
import type { TaskSource } from "../data/task_source.ts";
import { recordName, type RunIdentity } from "../results/mod.ts";
import { createEvaluator, type EvaluationTasks, type ProcessScore } from "../train/process/evaluate.ts";
import {
  fitProcess,
  type FittedProcess,
  type ProcessFitOptions,
  type ProcessLook,
} from "../train/process/fit.ts";
import type { ProcessRecipe } from "../train/process/recipe.ts";
import { saveProcess } from "../train/process/weights.ts";
import { LOCAL_CHECKPOINTS, LOCAL_WEIGHTS } from "./profiles.ts";
import type { Outcome } from "./record.ts";

/** How the training of a neural process is looked at and tested. */
export interface ProcessTests {
  /** Points of the learning curve: steps, tasks, and samples of models that sample. */
  lookAt: (step: number) => boolean;
  curve: () => Promise<EvaluationTasks>;
  curveSamples: number;
  /** What the trained model is tested on, by name; "" is the headline. */
  final: Record<string, () => Promise<EvaluationTasks>>;
}

/** The file of a run's weights, or of its training state, in a folder. */
export const runFile = (folder: string, identity: RunIdentity): string =>
  join(folder, recordName(identity).replace(/\.json$/, ".safetensors"));

/**
 * Trains and tests one model, for its record; its weights go to a file. It goes on from the checkpoint of an earlier,
 * stopped run. The source is disposed.
 *
 * @returns undefined if it was stopped
 */
export async function runProcess(
  identity: RunIdentity,
  recipe: ProcessRecipe,
  source: TaskSource,
  tests: ProcessTests,
): Promise<Outcome | undefined> {
  const { seed } = recipe;
  const checkpoint = runFile(LOCAL_CHECKPOINTS, identity);
  await Deno.mkdir(LOCAL_CHECKPOINTS, { recursive: true });
  const fitted = await fitLooking(recipe, source, tests, {
    label: `${recipe.model}, ${source.ranges.context.join(" to ")} context points, seed ${seed}`,
    checkpoint,
  });
  try {
    if (fitted.stopped) return undefined;
    const start = performance.now();
    const scores: Record<string, ProcessScore> = {};
    for (const [name, tasks] of Object.entries(tests.final)) {
      const evaluator = createEvaluator(fitted.process, await tasks(), seed);
      scores[name] = await evaluator(recipe.evalSamples);
      evaluator.dispose();
    }
    const seconds = { ...fitted.seconds };
    seconds.evaluate += (performance.now() - start) / 1000;
    await Deno.mkdir(LOCAL_WEIGHTS, { recursive: true });
    await saveProcess(runFile(LOCAL_WEIGHTS, identity), fitted, { record: recordName(identity) });
    await Deno.remove(checkpoint).catch(() => {});
    return {
      metrics: { ...scoreMetrics(scores), ...curveMetrics(fitted.history) },
      seconds,
      ...sizesOf(fitted),
    };
  } finally {
    fitted.dispose();
    source.dispose();
  }
}

/**
 * The first steps of a training alone: the same batches and looks, and the same weights where the rate is constant. No last
 * test, no weights. The source is disposed.
 *
 * @returns undefined if it was stopped
 */
export async function runBeginning(
  recipe: ProcessRecipe,
  source: TaskSource,
  tests: ProcessTests,
  steps: number,
): Promise<Outcome | undefined> {
  const fitted = await fitLooking({ ...recipe, steps }, source, tests);
  const { history, seconds, stopped } = fitted;
  fitted.dispose();
  source.dispose();
  return stopped ? undefined : { metrics: curveMetrics(history), seconds, ...sizesOf(fitted) };
}

/** Trains a model, and tests it at the points of its learning curve. */
async function fitLooking(
  recipe: ProcessRecipe,
  source: TaskSource,
  tests: ProcessTests,
  options: ProcessFitOptions = {},
): Promise<FittedProcess> {
  const curveTasks = await tests.curve();
  let curve: ReturnType<typeof createEvaluator> | undefined;
  try {
    return await fitProcess(recipe, source, {
      ...options,
      lookAt: tests.lookAt,
      look: async (process) => {
        curve ??= createEvaluator(process, curveTasks, recipe.seed);
        const { target, context } = await curve(tests.curveSamples);
        return { target, context };
      },
    });
  } finally {
    curve?.dispose();
  }
}

const sizesOf = ({ steps, process, memory }: FittedProcess) => ({
  steps,
  parameters: process.parameters.reduce((sum, { count }) => sum + count, 0),
  compiledBytes: memory?.peak ?? null,
});

/** "target", "matern target": the name of a test stands before its measures. */
const scoreMetrics = (scores: Record<string, ProcessScore>): Record<string, number> =>
  Object.fromEntries(
    Object.entries(scores).flatMap(([name, { context, target, error, calibration }]) => {
      const prefix = name === "" ? "" : `${name} `;
      return [
        [`${prefix}context`, context],
        [`${prefix}target`, target],
        [`${prefix}target error`, error],
        [`${prefix}calibration`, calibration.score],
      ];
    }),
  );

/** "target@500" and "seconds@500": the curve's points in a record. */
const curveMetrics = (history: readonly ProcessLook[]): Record<string, number> =>
  Object.fromEntries(
    history.flatMap(({ step, seconds, scores }) => [
      [`target@${step}`, scores["target"]!],
      [`seconds@${step}`, seconds],
    ]),
  );
