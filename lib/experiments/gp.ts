import { join } from "node:path";
import { evaluationSet, type GpKernel, gpSource } from "../data/gp/mod.ts";
import type { CountRanges } from "../data/gp/counts.ts";
import type { Process, ProcessName } from "../neural_process/registry.ts";
import { stopRequested } from "../progress/mod.ts";
import { type Json, recordName, type RunIdentity, type RunRecord } from "../results/mod.ts";
import { createEvaluator, type ProcessScore } from "../train/process/evaluate.ts";
import { gpEvaluation } from "../train/process/evaluation_tasks.ts";
import { fitProcess } from "../train/process/fit.ts";
import type { ProcessRecipe } from "../train/process/recipe.ts";
import { saveProcess } from "../train/process/weights.ts";
import { GP_BATCH, GP_SETTINGS, type GpChanges, gpRanges, gpRecipe, type GpSettings } from "./gp_settings.ts";
import { LOCAL_CHECKPOINTS, LOCAL_RECORDS, LOCAL_WEIGHTS, type Profile } from "./profiles.ts";
import { generatedData, type Outcome, recorded } from "./record.ts";

/** Meta-learning of Gaussian processes (the paper's figure of context ranges). */
export interface GpConfig extends GpChanges {
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

interface GpRun {
  identity: RunIdentity;
  recipe: ProcessRecipe;
  ranges: CountRanges;
  settings: GpSettings;
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
export const dataName = ({ context, target }: CountRanges): string =>
  `gp-rbf ctx-${context.join("-")} tar-${target.join("-")}`;

/**
 * Runs what has no record yet, and gives the records of all runs. A stop request ends it with the records so far; the
 * run under way goes on from its checkpoint the next time.
 */
export async function runGp(config: GpConfig): Promise<RunRecord[]> {
  const records: RunRecord[] = [];
  for (const run of gpRuns(config)) {
    if (stopRequested()) break;
    const record = await recorded(config.records ?? LOCAL_RECORDS, run.identity, () => execute(run));
    if (!record) break;
    records.push(record);
  }
  return records;
}

/** The file of a run's weights, or of its training state, in a folder. */
export const runFile = (folder: string, identity: RunIdentity): string =>
  join(folder, recordName(identity).replace(/\.json$/, ".safetensors"));

/** Trains and tests one model; undefined if it was stopped. */
async function execute({ identity, recipe, ranges, settings, kernels }: GpRun): Promise<Outcome | undefined> {
  const { finalBatches, curveBatches, curveSamples } = settings;
  const { parts, seed } = recipe;
  const source = gpSource({ kernel: "rbf", batch: GP_BATCH, ...ranges });
  const test = async (process: Process, kernel: GpKernel, batches: number, samples: number) => {
    const spec = { kernel, batch: GP_BATCH, ...ranges, seed: 0, batches };
    const evaluator = createEvaluator(process, gpEvaluation(await evaluationSet(spec), parts), seed);
    const score = await evaluator(samples);
    evaluator.dispose();
    return score;
  };
  let curve: ReturnType<typeof createEvaluator> | undefined;
  const spec = { kernel: "rbf" as const, batch: GP_BATCH, ...ranges, seed: 0, batches: curveBatches };
  const tasks = gpEvaluation(await evaluationSet(spec), parts);
  const checkpoint = runFile(LOCAL_CHECKPOINTS, identity);
  await Deno.mkdir(LOCAL_CHECKPOINTS, { recursive: true });
  const fitted = await fitProcess(recipe, source, {
    label: `${recipe.model}, ${ranges.context.join(" to ")} points, seed ${seed}`,
    checkpoint,
    lookAt: settings.lookAt,
    look: async (process) => {
      curve ??= createEvaluator(process, tasks, seed);
      const { target, context } = await curve(curveSamples);
      return { target, context };
    },
  });
  try {
    curve?.dispose();
    if (fitted.stopped) return undefined;
    const start = performance.now();
    const scores: Record<string, ProcessScore> = {};
    for (const kernel of new Set<GpKernel>(["rbf", ...kernels])) {
      scores[kernel] = await test(fitted.process, kernel, finalBatches, recipe.evalSamples);
    }
    const seconds = { ...fitted.seconds };
    seconds.evaluate += (performance.now() - start) / 1000;
    await Deno.mkdir(LOCAL_WEIGHTS, { recursive: true });
    await saveProcess(runFile(LOCAL_WEIGHTS, identity), fitted, { record: recordName(identity) });
    await Deno.remove(checkpoint).catch(() => {});
    return {
      metrics: { ...scoreMetrics(scores), ...curveMetrics(fitted.history) },
      seconds,
      steps: fitted.steps,
      parameters: fitted.process.parameters.reduce((sum, { count }) => sum + count, 0),
      compiledBytes: fitted.memory?.peak ?? null,
    };
  } finally {
    fitted.dispose();
    source.dispose();
  }
}

/** Of RBF by plain names, of other kernels with theirs before. */
function scoreMetrics(scores: Record<string, ProcessScore>): Record<string, number> {
  return Object.fromEntries(
    Object.entries(scores).flatMap(([kernel, { context, target, error, calibration }]) => {
      const prefix = kernel === "rbf" ? "" : `${kernel} `;
      return [
        [`${prefix}context`, context],
        [`${prefix}target`, target],
        [`${prefix}target error`, error],
        [`${prefix}calibration`, calibration.score],
      ];
    }),
  );
}

/** "target@500" and "seconds@500": the curve's points in a record. */
const curveMetrics = (
  history: readonly { step: number; seconds: number; scores: Record<string, number> }[],
): Record<string, number> =>
  Object.fromEntries(
    history.flatMap(({ step, seconds, scores }) => [
      [`target@${step}`, scores["target"]!],
      [`seconds@${step}`, seconds],
    ]),
  );
