import { basename } from "node:path";
import { checkPoints } from "../../data/functions.ts";
import { checkRanges, type CountRanges } from "../../data/gp/counts.ts";
import {
  functionDigest,
  type FunctionSet,
  functionSource,
  loadFunctions,
  permutation,
  standardiser,
} from "../../data/mod.ts";
import { UserError } from "../../errors.ts";
import type { ProcessName } from "../../models/process/registry.ts";
import { stopRequested } from "../../progress/mod.ts";
import type { Json, RunIdentity, RunRecord } from "../../results/mod.ts";
import { sourceEvaluation } from "../../train/process/evaluation_tasks.ts";
import type { ProcessRecipe } from "../../train/process/recipe.ts";
import { runProcess } from "../process_run.ts";
import type { ProcessSettings } from "../process_settings.ts";
import { LOCAL_RECORDS, type Profile } from "../profiles.ts";
import { type Outcome, recorded } from "../record.ts";
import {
  FUNCTION_BATCH,
  FUNCTION_SETTINGS,
  type FunctionChanges,
  functionRanges,
  functionRecipe,
} from "./functions_settings.ts";

/** Functions of a user, learned from some of them and tested on the others. */
export interface FunctionConfig extends FunctionChanges {
  profile: Profile;
  /** A file of functions; see loadFunctions. */
  csv: string;
  models: readonly ProcessName[];
  /** Of weights, tasks, and of which functions are for the test. */
  seeds: readonly number[];
  /** Where records are kept. */
  records?: string;
}

interface FunctionRun {
  identity: RunIdentity;
  recipe: ProcessRecipe;
  ranges: CountRanges;
  settings: ProcessSettings;
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
 * The runs of a configuration: seeds, then models.
 *
 * @throws UserError for fewer than 2 functions, ranges that are none, and more points than the smallest function has.
 */
export function functionRuns(config: FunctionConfig, set: FunctionSet): FunctionRun[] {
  const { profile, models, seeds, csv, records: _, context, target, ...changes } = config;
  const settings = FUNCTION_SETTINGS[profile];
  const ranges = functionRanges(Math.min(...set.tasks.map(({ n }) => n)), { context, target });
  checkRanges(ranges);
  checkPoints(set, set.tasks.keys().toArray(), { context: ranges.context[1], target: ranges.target[1] });
  seeds.forEach((seed) => splitFunctions(set, seed));
  const counts = `ctx-${ranges.context.join("-")} tar-${ranges.target.join("-")}`;
  const data = {
    name: `${basename(csv).replace(/\.csv(\.gz)?$/, "")} ${counts}`,
    sha256: functionDigest(set),
  };
  return seeds.flatMap((seed) =>
    models.map((model) => {
      const recipe = functionRecipe(model, set, ranges, profile, seed, changes);
      const { seed: _, ...configuration } = recipe;
      const { finalBatches, curveBatches, curveSamples } = settings;
      const identity: RunIdentity = {
        experiment: "functions",
        profile,
        model,
        data,
        fold: null,
        seed,
        configuration: {
          ...configuration,
          batch: FUNCTION_BATCH,
          finalBatches,
          curveBatches,
          curveSamples,
        } as unknown as Record<string, Json>,
      };
      return { identity, recipe, ranges, settings };
    })
  );
}

/**
 * Runs what has no record yet, and gives the records of all runs. Log likelihoods are of standardised y: its mean and
 * deviation over the training functions are 0 and 1. A stop request ends it with the records so far; the run under way
 * goes on from its checkpoint the next time.
 *
 * @throws UserError for what is wrong with the file or the counts, before anything is trained.
 */
export async function runFunctions(config: FunctionConfig): Promise<RunRecord[]> {
  const set = await loadFunctions(config.csv);
  const records: RunRecord[] = [];
  for (const run of functionRuns(config, set)) {
    if (stopRequested()) break;
    const record = await recorded(config.records ?? LOCAL_RECORDS, run.identity, () => execute(run, set), {
      own: true,
    });
    if (!record) break;
    records.push(record);
  }
  return records;
}

/** Trains and tests one model; undefined if it was stopped. */
function execute(
  { identity, recipe, ranges, settings }: FunctionRun,
  set: FunctionSet,
): Promise<Outcome | undefined> {
  const { finalBatches, curveBatches, curveSamples, lookAt } = settings;
  const { train, test } = splitFunctions(set, recipe.seed);
  const scaled = standardiser(set, train).apply(set);
  const options = { batch: FUNCTION_BATCH, ranges };
  const tested = functionSource(scaled, test, options);
  const tasks = (batches: number) => () =>
    Promise.resolve(sourceEvaluation(tested, recipe.parts, { batches, seed: EVALUATION_SEED }));
  return runProcess(identity, recipe, functionSource(scaled, train, options), {
    lookAt,
    curve: tasks(curveBatches),
    curveSamples,
    final: { "": tasks(finalBatches) },
  });
}
