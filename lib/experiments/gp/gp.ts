import { type GpKernel, gpSource } from "../../data/gp/mod.ts";
import type { CountRanges } from "../../data/gp/counts.ts";
import type { TaskSource } from "../../data/task_source.ts";
import type { ProcessName } from "../../models/process/registry.ts";
import { stopRequested } from "../../progress/mod.ts";
import type { Json, RunIdentity, RunRecord } from "../../results/mod.ts";
import { gpEvaluation } from "../../train/process/evaluation_tasks.ts";
import type { ProcessRecipe } from "../../train/process/recipe.ts";
import { preparedSet } from "../evaluation_bar.ts";
import { GP_BATCH, GP_SETTINGS, gpRanges, gpRecipe } from "./gp_settings.ts";
import { type ProcessTests, runBeginning, runProcess } from "../process_run.ts";
import type { ProcessChanges, ProcessSettings } from "../process_settings.ts";
import { LOCAL_RECORDS, type Profile } from "../profiles.ts";
import { generatedData, type Outcome, recorded } from "../record.ts";

/** Every model is tested on the same tasks, whatever its own seed is. */
export const EVALUATION_SEED = 0;

/** Meta-learning of Gaussian processes (the paper's figure of context ranges). */
export interface GpConfig extends ProcessChanges {
  profile: Profile;
  models: readonly ProcessName[];
  /** Least context points A of each range [A, 2A]. */
  least: readonly number[];
  seeds: readonly number[];
  /** Kernels that the trained models are tested on beside RBF. */
  kernels?: readonly GpKernel[];
  /** Other counts than [A, 2A] and 4 to 64. */
  ranges?: CountRanges;
  /** Where records are kept. */
  records?: string;
}

export interface GpRun {
  identity: RunIdentity;
  recipe: ProcessRecipe;
  ranges: CountRanges;
  settings: ProcessSettings;
  kernels: readonly GpKernel[];
}

/** The runs of a configuration: ranges, then seeds, then models. */
export function gpRuns(config: GpConfig): GpRun[] {
  const { profile, models, least, seeds, kernels = [], records: _, ranges: given, ...changes } = config;
  const settings = GP_SETTINGS[profile];
  const all = given ? [given] : least.map(gpRanges);
  return all.flatMap((ranges) =>
    seeds.flatMap((seed) =>
      models.map((model) => {
        const recipe = gpRecipe(model, ranges, profile, seed, changes);
        const { seed: _, ...configuration } = recipe;
        const { finalBatches, curveBatches, curveSamples } = settings;
        const identity: RunIdentity = {
          experiment: "gp",
          profile,
          model,
          data: generatedData(dataName(ranges)),
          fold: null,
          seed,
          configuration: {
            ...configuration,
            batch: GP_BATCH,
            kernels: [...kernels],
            finalBatches,
            curveBatches,
            curveSamples,
          } as unknown as Record<string, Json>,
        };
        return { identity, recipe, ranges, settings, kernels };
      })
    )
  );
}

/** The name of the tasks of a range. */
const dataName = ({ context, target }: CountRanges): string =>
  `gp-rbf ctx-${context.join("-")} tar-${target.join("-")}`;

/**
 * Runs what has no record yet, and gives the records of all runs. A stop request ends it with the records so far; the
 * run under way goes on from its checkpoint the next time.
 */
export async function runGp(config: GpConfig): Promise<RunRecord[]> {
  const records: RunRecord[] = [];
  for (const run of gpRuns(config)) {
    if (stopRequested()) break;
    const record = await recorded(config.records ?? LOCAL_RECORDS, run.identity, () => execute(run), {
      own: true,
    });
    if (!record) break;
    records.push(record);
  }
  return records;
}

/** Trains and tests one model; undefined if it was stopped. */
function execute(run: GpRun): Promise<Outcome | undefined> {
  const { source, tests } = tasksOf(run);
  return runProcess(run.identity, run.recipe, source, tests);
}

/** Its first steps alone; undefined if they were stopped. */
export function gpBeginning(run: GpRun, steps: number): Promise<Outcome | undefined> {
  const { source, tests } = tasksOf(run);
  return runBeginning(run.recipe, source, tests, steps);
}

/** What a model is trained and tested on. */
function tasksOf({ recipe, ranges, settings, kernels }: GpRun): { source: TaskSource; tests: ProcessTests } {
  const { finalBatches, curveBatches, curveSamples, lookAt } = settings;
  const tasks = (kernel: GpKernel, batches: number) => async () => {
    const spec = { kernel, batch: GP_BATCH, ...ranges, seed: EVALUATION_SEED, batches };
    return gpEvaluation(await preparedSet(spec), recipe.parts);
  };
  return {
    source: gpSource({ kernel: "rbf", batch: GP_BATCH, ...ranges }),
    tests: {
      lookAt,
      curve: tasks("rbf", curveBatches),
      curveSamples,
      final: {
        "": tasks("rbf", finalBatches),
        ...Object.fromEntries(kernels.map((kernel) => [kernel, tasks(kernel, finalBatches)])),
      },
    },
  };
}
