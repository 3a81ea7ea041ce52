/** The training and the tests of a neural process, for the record of a run: shared by the experiments on processes. */
import type { CountRanges } from "../data/gp/counts.ts";
import type { TaskSource } from "../data/task_source.ts";
import { recordName, type RunIdentity, type RunRecord } from "../results/mod.ts";
import { createEvaluator, type EvaluationTasks, type ProcessScore } from "../train/process/evaluate.ts";
import { fitProcess, type FittedProcess, type ProcessFitOptions } from "../train/process/fit.ts";
import { type ProcessRecipe, publishedInduce } from "../train/process/recipe.ts";
import { saveProcess } from "../train/process/weights.ts";
import type { ExecuteOptions, Outcome } from "./experiment.ts";
import { LOCAL_WEIGHTS } from "./profiles.ts";
import { runFile } from "./run.ts";

/** A point of a learning curve. */
export type CurvePoint = {
  step: number;
  /** Log likelihood of a target point. */
  target: number;
  /** Of training until then. */
  seconds: number;
};

/** What a test gives: log likelihoods of a point, the standard error of the target's over tasks, and calibration. */
export type TestScores = { context: number; target: number; error: number; calibration: number };

/** The headline test is among the measures; others, by the name of what they are of, are here. */
export type ProcessDetails = { curve: CurvePoint[]; tests: Record<string, TestScores> };

/** How the training of a neural process is evaluated and tested. */
export interface ProcessTests {
  /** Steps of the points of the learning curve, and their tasks, and samples of models that sample. */
  when: (step: number) => boolean;
  curve: () => Promise<EvaluationTasks>;
  curveSamples: number;
  /** What the trained model is tested on, by name; "" is the headline. */
  final: Record<string, () => Promise<EvaluationTasks>>;
}

/**
 * Trains and tests one model, for its record; its weights go to a file. The source is disposed.
 *
 * @returns undefined if it was stopped
 */
export async function runProcess(
  identity: RunIdentity,
  recipe: ProcessRecipe,
  source: TaskSource,
  tests: ProcessTests,
  options: ExecuteOptions & Pick<ProcessFitOptions, "build"> = {},
): Promise<Outcome<ProcessDetails> | undefined> {
  const fitted = await fitEvaluated(recipe, source, tests, options);
  try {
    if (fitted.stopped) return undefined;
    const start = performance.now();
    const scores: Record<string, TestScores> = {};
    for (const [name, tasks] of Object.entries(tests.final)) {
      const evaluator = createEvaluator(fitted.process, await tasks(), recipe.seed);
      scores[name] = scoresOf(await evaluator(recipe.evalSamples));
      evaluator.dispose();
    }
    const seconds = { ...fitted.seconds };
    seconds.evaluate += (performance.now() - start) / 1000;
    await Deno.mkdir(LOCAL_WEIGHTS, { recursive: true });
    await saveProcess(runFile(LOCAL_WEIGHTS, identity), fitted, { record: recordName(identity) });
    const { "": headline, ...others } = scores;
    return {
      metrics: { ...headline },
      details: { curve: curveOf(fitted), tests: others },
      seconds,
      ...sizesOf(fitted),
    };
  } finally {
    fitted.dispose();
    source.dispose();
  }
}

/**
 * The first steps of a training alone: the same batches and evaluations, and the same weights where the rate is constant. No
 * last test, no weights. The source is disposed.
 *
 * @returns undefined if it was stopped
 */
export async function runBeginning(
  recipe: ProcessRecipe,
  source: TaskSource,
  tests: ProcessTests,
  steps: number,
): Promise<Outcome<ProcessDetails> | undefined> {
  const fitted = await fitEvaluated({ ...recipe, steps }, source, tests);
  fitted.dispose();
  source.dispose();
  if (fitted.stopped) return undefined;
  return {
    metrics: {},
    details: { curve: curveOf(fitted), tests: {} },
    seconds: fitted.seconds,
    ...sizesOf(fitted),
  };
}

/** The steps of the first point of a run's curve, and about how many seconds they take: times of older records have compiling in them. */
export const firstPoint = ({ details }: RunRecord<ProcessDetails>): CurvePoint | undefined =>
  details.curve[0];

/** Trains a model, and tests it at the points of its learning curve. */
async function fitEvaluated(
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
      when: tests.when,
      evaluate: async (process) => {
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

const scoresOf = ({ context, target, error, calibration }: ProcessScore): TestScores => ({
  context,
  target,
  error,
  calibration: calibration.score,
});

const curveOf = ({ history }: FittedProcess): CurvePoint[] =>
  history.map(({ step, seconds, scores }) => ({ step, target: scores["target"]!, seconds }));

/** How a profile trains and tests neural processes; everything else is as published in all profiles. */
export interface ProcessSettings {
  steps: number;
  schedule: ProcessRecipe["schedule"];
  parts: ProcessRecipe["parts"];
  /** Batches of 16 functions that the trained model is tested on, and that its curve is drawn from. */
  finalBatches: number;
  curveBatches: number;
  /** Samples in the curve's tests; the last test has 50. */
  curveSamples: number;
  /** Steps of the curve's points. */
  when: (step: number) => boolean;
}

/** What a user may change about a run. */
export interface ProcessChanges {
  steps?: number;
  learningRate?: number;
  schedule?: ProcessRecipe["schedule"];
  /** h, the number of inducing points. */
  induce?: number;
  /** Sizes that counts are padded to: fewer compile sooner, more compute less. */
  parts?: ProcessRecipe["parts"];
}

/**
 * A recipe out of a profile's settings and what a user changes about them; the rest is as published.
 *
 * @param fixed what an experiment says, with the learning rate where the user gives none
 */
export function changedRecipe(
  fixed: Pick<ProcessRecipe, "model" | "dims" | "span" | "learningRate" | "seed">,
  ranges: CountRanges,
  settings: Pick<ProcessSettings, "steps" | "schedule" | "parts">,
  { steps, learningRate, schedule, induce, parts }: ProcessChanges,
): ProcessRecipe {
  const published = publishedInduce(fixed.model, ranges);
  return {
    ...fixed,
    induce: published === null ? null : induce ?? published,
    steps: steps ?? settings.steps,
    learningRate: learningRate ?? fixed.learningRate,
    schedule: schedule ?? settings.schedule,
    samples: 4,
    evalSamples: 50,
    parts: parts ?? settings.parts,
  };
}

/** Whether a model is a variant of this workspace that starts fast, and is trained at twice the published rate. */
export const startsFast = (model: string): boolean => /-(fast|sharp)$/.test(model);

/** The published learning rate on Gaussian processes; the variants that start fast have twice as much. */
export const gpRate = (model: string): number => startsFast(model) ? 1e-3 : 5e-4;
