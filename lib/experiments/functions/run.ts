import { basename } from "node:path";
import { checkPoints } from "../../data/functions.ts";
import {
  functionDigest,
  type FunctionSet,
  functionSource,
  loadFunctions,
  permutation,
  standardiser,
} from "../../data/mod.ts";
import { checkRanges, type CountRanges } from "../../data/task_source.ts";
import { UserError } from "../../errors.ts";
import { GP_DIMS } from "../../models/process/dims.ts";
import { sourceEvaluation } from "../../train/process/evaluation_tasks.ts";
import { type Changes, type Experiment, recordsOf, type Run } from "../experiment.ts";
import { modelLabel, type ProcessRecord, rangeName, scoresOf, scoresTable } from "../process_report.ts";
import {
  AS_PUBLISHED,
  changedRecipe,
  changedTraining,
  gpRate,
  type ProcessDetails,
  processNameOf,
  type ProcessSettings,
  type Range,
  trainingRun,
  type TrainingSettings,
} from "../process_run.ts";
import type { Profile } from "../profiles.ts";

const TESTS = { batch: 16, curveSamples: 20 };

const PROFILES: Record<Profile, ProcessSettings> = {
  /** A minute or two on two cores. */
  quick: {
    steps: 2000,
    schedule: "cosine",
    parts: { context: 1, target: 1 },
    ...TESTS,
    finalBatches: 32,
    curveBatches: 8,
    when: (step) => step % 500 === 0,
  },
  /** As the published training on Gaussian processes. */
  paper: {
    steps: 100_000,
    schedule: "cosine",
    parts: { context: 4, target: 2 },
    ...TESTS,
    finalBatches: 256,
    curveBatches: 24,
    when: (step) => step % 5000 === 0,
  },
};

/** Functions of a user, learned from some of them and tested on the others. */
interface FunctionSettings extends TrainingSettings {
  /** A file of functions, see `loadFunctions`; without it there are no runs. */
  csv: string;
}

const settings = (profile: Profile, changes?: Changes<FunctionSettings>): FunctionSettings =>
  changedTraining<FunctionSettings>({ profile, ...AS_PUBLISHED, csv: "", models: ["cipnp"] }, changes);

/** Ranges of counts: an eighth to half of the points as context, and at most what is left as targets. */
export function functionRanges(
  fewest: number,
  { context, target }: { context?: Range | null; target?: Range | null } = {},
): CountRanges {
  const most = context ? context[1] : Math.min(fewest - (target?.[1] ?? 1), Math.ceil(fewest / 2));
  return {
    context: context ?? [Math.max(1, Math.min(most, Math.floor(fewest / 8))), Math.max(1, most)],
    target: target ?? [1, Math.max(1, fewest - most)],
  };
}

const TEST_SHARE = 0.2;
/** Every model is tested on the same tasks of its test functions. */
const EVALUATION_SEED = 0;
/** Apart from the keys of steps, which count from 0. */
const SPLIT = -1;

/** The places of the functions to train on, and of the fifth of them, at least one, to test on. */
export function splitFunctions(set: FunctionSet, seed: number): { train: Int32Array; test: Int32Array } {
  const count = set.tasks.length;
  if (count < 2) {
    throw new UserError(
      `${set.source}: expected at least 2 functions, to train on and to test on, found ${count}`,
    );
  }
  const order = permutation(count, [seed, SPLIT]);
  const tested = Math.max(1, Math.round(TEST_SHARE * count));
  return { train: order.subarray(tested), test: order.subarray(0, tested) };
}

/**
 * Seeds, then models. Log likelihoods are of standardised y: its mean and deviation over the training functions are 0
 * and 1.
 *
 * @throws UserError for what is wrong with the file; for fewer than 2 functions, ranges that are none, and more points than
 *   the smallest function has
 */
async function runs(settings: FunctionSettings): Promise<Run<ProcessDetails>[]> {
  const { profile, csv, models, seeds } = settings;
  if (csv === "") return [];
  const set = await loadFunctions(csv);
  const own = PROFILES[profile];
  const ranges = functionRanges(Math.min(...set.tasks.map(({ n }) => n)), settings);
  checkRanges(ranges);
  checkPoints(set, set.tasks.keys().toArray(), { context: ranges.context[1], target: ranges.target[1] });
  const name = basename(csv).replace(/\.csv(\.gz)?$/, "");
  const counts = `ctx-${ranges.context.join("-")} tar-${ranges.target.join("-")}`;
  const data = { name: `${name} ${counts}`, sha256: functionDigest(set) };
  return seeds.flatMap((seed) => {
    const { train, test } = splitFunctions(set, seed);
    return models.map((model) => {
      const process = processNameOf(model);
      const dims = { ...GP_DIMS, dimX: set.dimX, dimY: set.dimY };
      const fixed = { model: process, dims, learningRate: gpRate(process), seed };
      const recipe = changedRecipe(fixed, ranges, own, settings);
      return trainingRun({
        experiment: "functions",
        profile,
        word: `${name}-ctx${ranges.context[0]}`,
        words: `${name}, context ${ranges.context.join(" to ")}`,
        data,
        model,
        recipe,
        ranges,
        settings: own,
        tasks() {
          const scaled = standardiser(set, train).apply(set);
          const tested = functionSource(scaled, test, { batch: own.batch, ranges });
          const tasks = (batches: number) => () =>
            Promise.resolve(sourceEvaluation(tested, recipe.parts, { batches, seed: EVALUATION_SEED }));
          return Promise.resolve({
            source: functionSource(scaled, train, { batch: own.batch, ranges }),
            tested,
            curve: tasks(own.curveBatches),
            final: { "": tasks(own.finalBatches!) },
          });
        },
      });
    });
  });
}

export const functions: Experiment<FunctionSettings, ProcessDetails> = {
  name: "functions",
  notebook: "",
  settings,
  runs,
  report(all) {
    const records = recordsOf<ProcessRecord>(all, "functions");
    const lines = scoresOf(records).map(({ tasks, context, model, steps, target }) =>
      `- ${tasks}, ${rangeName(context)}: ${modelLabel(model)} has ${target.toFixed(3)} after ${steps} steps.`
    );
    return { tables: { scores: scoresTable(records) }, figures: {}, verdict: lines.join("\n") };
  },
};
