/** The training and the tests of a neural process, for the record of a run: shared by the experiments on processes. */
import type { CountRanges, TaskSource } from "../data/task_source.ts";
import { exists } from "../files.ts";
import { PROCESS_NAMES, type ProcessName, processName } from "../models/process/registry.ts";
import { chosenOptions, optionsOf, withOptions } from "../options.ts";
import { type Json, recordName, type RunIdentity, type RunRecord } from "../results/mod.ts";
import { createEvaluator, type EvaluationTasks, type ProcessScore } from "../train/process/evaluate.ts";
import {
  builtProcess,
  fitProcess,
  type FittedProcess,
  type ProcessFitOptions,
} from "../train/process/fit.ts";
import { type ProcessRecipe, publishedInduce } from "../train/process/recipe.ts";
import { PROCESS_OPTIONS, type ProcessOptions } from "../train/process/options.ts";
import { loadProcess, saveProcess, type StoredProcess } from "../train/process/weights.ts";
import {
  changed,
  type Changes,
  configurationOf,
  type ExecuteOptions,
  nameOf,
  type Outcome,
  type ProcessVariant,
  type Run,
  runOf,
  type Settings,
  variantConfiguration,
} from "./experiment.ts";
import { KEPT_WEIGHTS, LOCAL_WEIGHTS, type Profile } from "./profiles.ts";
import { runFile } from "./run.ts";
import { trainingCosts } from "./table_run.ts";

type CurvePoint = {
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
interface ProcessTests {
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
 * @param identity undefined for the first steps of a training alone, with the same batches and evaluations, and the same
 *   weights where the rate is constant: no last test, no weights
 * @returns undefined if it was stopped
 */
async function runProcess(
  identity: RunIdentity | undefined,
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
    for (const [name, tasks] of Object.entries(identity ? tests.final : {})) {
      const evaluator = createEvaluator(fitted.process, await tasks(), recipe.seed);
      scores[name] = scoresOf(await evaluator(recipe.evalSamples));
      evaluator.dispose();
    }
    const testing = (performance.now() - start) / 1000;
    if (identity) {
      await Deno.mkdir(LOCAL_WEIGHTS, { recursive: true });
      await saveProcess(runFile(LOCAL_WEIGHTS, identity), fitted, { record: recordName(identity) });
    }
    const { "": headline, ...others } = scores;
    const curve = fitted.history.map(({ step, seconds, scores }) => ({
      step,
      target: scores["target"]!,
      seconds,
    }));
    return {
      metrics: { ...headline },
      details: { curve, tests: others },
      ...trainingCosts({ ...fitted, model: fitted.process }, testing),
    };
  } finally {
    fitted.dispose();
    source.dispose();
  }
}

/** The weights of a run: this machine's, or those of the workspace. @throws UserError if there are none */
export async function trainedProcess(identity: RunIdentity, model?: ProcessVariant): Promise<StoredProcess> {
  const here = runFile(LOCAL_WEIGHTS, identity);
  const file = await exists(here) ? here : runFile(KEPT_WEIGHTS, identity);
  return await loadProcess(file, { build: model?.build });
}

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

const scoresOf = ({ context, target, error, calibration }: ProcessScore): TestScores => ({
  context,
  target,
  error,
  calibration: calibration.score,
});

/** How a profile trains and tests neural processes; everything else is as published in all profiles. */
export interface ProcessSettings {
  steps: number;
  schedule: ProcessRecipe["schedule"];
  parts: ProcessRecipe["parts"];
  /** Tasks of a training batch. */
  batch: number;
  /** Batches of 16 tasks that the trained model is tested on (null: all there are), and that its curve is drawn from. */
  finalBatches: number | null;
  curveBatches: number;
  /** Samples in the curve's tests; the last test has 50. */
  curveSamples: number;
  /** Steps of the curve's points. */
  when: (step: number) => boolean;
}

/** What a user may change about a training; 0, "" and null leave what the profile has. */
export interface ProcessChanges {
  steps: number;
  rate: number;
  schedule: ProcessRecipe["schedule"] | "";
  /** The number of inducing points; published: half of the least context. */
  h: number;
  /** Of hidden layers and latents, and layers of the encoders' networks. */
  width: number;
  depth: number;
  /** Sizes that counts are padded to: fewer compile sooner, more compute less. */
  parts: ProcessRecipe["parts"] | null;
}

export type Range = CountRanges["context"];

/** The settings of all experiments on neural processes. */
export interface TrainingSettings extends Settings, ProcessChanges {
  /** Names out of `PROCESS_NAMES`, and models of one's own. */
  models: (string | ProcessVariant)[];
  /** Of weights, tasks and noise. */
  seeds: number[];
  /** Context and target points of a task, in place of the experiment's own. */
  context: Range | null;
  target: Range | null;
}

export const AS_PUBLISHED = {
  steps: 0,
  rate: 0,
  schedule: "",
  h: 0,
  width: 0,
  depth: 0,
  parts: null,
  context: null,
  target: null,
  seeds: [0],
} satisfies Partial<TrainingSettings>;

/** @throws UserError for names and values that there are not */
export function changedTraining<S extends TrainingSettings>(
  defaults: S,
  changes: Changes<S> | undefined,
  choices: { [Name in keyof S]?: readonly string[] } = {},
): S {
  const settings = changed(defaults, changes, { models: PROCESS_NAMES, ...choices });
  chosenOptions(PROCESS_OPTIONS, optionsAmong(settings));
  return settings;
}

/** The options that settings change; 0 and "" leave what the profile has. */
const optionsAmong = ({ steps, rate, schedule, h, width, depth }: Partial<ProcessChanges>): ProcessOptions =>
  Object.fromEntries(
    Object.entries({ steps, rate, schedule, h, width, depth }).filter(([, value]) => value !== 0 && value),
  );

export function changesOfTraining({ model, seed, data, configuration }: RunRecord) {
  const { parts } = configuration as unknown as ProcessRecipe;
  const { steps = 0, rate = 0, schedule = "", h, width = 0, depth = 0 } = optionsOf(
    PROCESS_OPTIONS,
    configuration,
  );
  const range = (word: string): Range | null => {
    const [, least, most] = new RegExp(`${word}-(\\d+)-(\\d+)`).exec(data.name) ?? [];
    return least && most ? [Number(least), Number(most)] : null;
  };
  return {
    models: [model],
    seeds: [seed],
    context: range("ctx"),
    target: range("tar"),
    ...{ steps, rate, schedule, h: h ?? 0, width, depth, parts } as ProcessChanges,
  };
}

/** A model of one's own is trained as CIPNP is. */
export const processNameOf = (model: string | ProcessVariant): ProcessName =>
  typeof model === "string" ? processName(model) : "cipnp";

/** A recipe out of a profile's settings and a user's changes. @param fixed what the experiment says */
export function changedRecipe(
  fixed: Pick<ProcessRecipe, "model" | "dims" | "span" | "learningRate" | "seed">,
  ranges: CountRanges,
  { steps, schedule, parts }: Pick<ProcessSettings, "steps" | "schedule" | "parts">,
  changes: Partial<ProcessChanges>,
): ProcessRecipe {
  const induce = publishedInduce(fixed.model, ranges);
  const recipe: ProcessRecipe = {
    ...{ ...fixed, induce, steps, schedule },
    samples: 4,
    evalSamples: 50,
    parts: changes.parts ?? parts,
  };
  const { h, ...options } = optionsAmong(changes);
  return withOptions(
    recipe,
    PROCESS_OPTIONS,
    induce === null || h === undefined ? options : { ...options, h },
  );
}

/** A training with everything that its run and record take. */
export interface Training {
  experiment: string;
  profile: Profile;
  /** Of its tasks: the word in the run's id, words for readers, and what records know them by. */
  word: string;
  words: string;
  data: RunIdentity["data"];
  model: string | ProcessVariant;
  recipe: ProcessRecipe;
  ranges: CountRanges;
  settings: ProcessSettings;
  /** Points of a task, where every point beyond the context is a target. */
  all?: number;
  /** What else the record's configuration has. */
  more?: Record<string, Json>;
  /** What it is trained and tested on; `tested` is disposed in the end. */
  tasks(): Promise<Tasks>;
}

interface Tasks extends Pick<ProcessTests, "curve" | "final"> {
  source: TaskSource;
  tested?: TaskSource;
}

export function trainingRun(training: Training): Run<ProcessDetails> {
  const { experiment, profile, model, data, recipe, ranges, settings, all, more, word, words } = training;
  const { batch, finalBatches, curveBatches, curveSamples, when } = settings;
  const name = nameOf(model);
  const build = typeof model === "string" ? undefined : model.build;
  const withTasks = async <T>(work: (source: TaskSource, tests: ProcessTests) => Promise<T>): Promise<T> => {
    const { source, tested, ...tests } = await training.tasks();
    try {
      return await work(source, { ...tests, when, curveSamples });
    } finally {
      tested?.dispose();
    }
  };
  const firstEvaluation = (): number => {
    let step = 1;
    while (step < recipe.steps && !when(step)) step++;
    return step;
  };
  const run: Run<ProcessDetails> & { identity: RunIdentity } = runOf({
    experiment,
    words: [word, name, `seed${recipe.seed}`],
    profile,
    data: words,
    model: name,
    of: data,
    seed: recipe.seed,
    configuration: configurationOf(recipe, {
      ...{ batch, finalBatches, curveBatches, curveSamples },
      ...more,
      ...variantConfiguration(model, build && builtProcess(recipe, build).parameters),
    }),
    steps: recipe.steps,
    program: build ? undefined : { kind: "process", recipe, ranges, batch, ...all ? { all } : {} },
    own: true,
    execute: (options) =>
      withTasks((source, tests) => runProcess(run.identity, recipe, source, tests, { ...options, build })),
    // With a constant rate the first steps are the same, however many follow.
    ...recipe.schedule === "constant" && !build
      ? {
        beginning: {
          seconds: (record) => (record as RunRecord<ProcessDetails>).details.curve[0]?.seconds ?? 0,
          execute: () =>
            withTasks((source, tests) =>
              runProcess(undefined, { ...recipe, steps: firstEvaluation() }, source, tests)
            ),
        },
      }
      : {},
  });
  return run;
}

/** Whether a model is a variant of this workspace that starts fast, and is trained at twice the published rate. */
export const startsFast = (model: string): boolean => /-(fast|sharp)$/.test(model);

/** The published learning rate on Gaussian processes; the variants that start fast have twice as much. */
export const gpRate = (model: string): number => startsFast(model) ? 1e-3 : 5e-4;
