/** Classical models on the folds of UCI sets. */
import { baselineGrid, baselineInstalled, fitBaseline, type Setting, type SizeClass } from "../../baselines/mod.ts";
import { uciFacts } from "../../data/mod.ts";
import { taskCommand } from "../../paths.ts";
import { asJson, type Outcome, type Run } from "../experiment.ts";
import type { Profile } from "../profiles.ts";
import { classicalTable } from "./classical_data.ts";
import { columnTypes, uciFold, uciRun } from "./data.ts";
import { foldCount, setsOf, type UciClassical, type UciSettings } from "./settings.ts";

/** The reference's sizes of sets, by which its grids differ (section 6.4). */
const SIZES: Record<string, SizeClass> = {
  "protein": "medium",
  "poker-hand": "medium",
  "income": "medium",
  "kick": "medium",
  "forest-cover": "large",
  "higgs": "higgs",
};
const MOST_SMALL = 3000;

const sizeOf = (name: string, rows: number): SizeClass =>
  SIZES[name] ?? (rows <= MOST_SMALL ? "small" : "medium");

/**
 * The runs of the classical models: sets, then folds, then models; tuned on the validation rows of each fold. They need
 * what `task setup --baselines` installs.
 */
export async function classicalRuns(settings: UciSettings): Promise<Run[]> {
  const { profile, classical, seed } = settings;
  const install = await baselineInstalled() ? undefined : taskCommand("setup --baselines");
  const runs = setsOf(settings).flatMap((dataset) => {
    const { n, task } = uciFacts(dataset);
    const kind = task === "regression" ? "regression" as const : "classification" as const;
    return Array.from({ length: foldCount(dataset, settings) }, (_, fold) => fold).flatMap((fold) =>
      (classical as UciClassical[]).map(async (model): Promise<Run> => {
        const grid = baselineGrid(model, sizeOf(dataset, n), profile, kind);
        const configuration = asJson({ grid, columnTypes: columnTypes(profile) });
        const run = await uciRun({ dataset, model, fold, seed: seed + fold, configuration }, profile);
        return {
          ...run,
          steps: 0,
          external: true,
          needs: run.needs ?? install,
          execute: () => execute(dataset, profile, fold, model, grid, seed + fold),
        };
      })
    );
  });
  return await Promise.all(runs);
}

async function execute(
  dataset: string,
  profile: Profile,
  index: number,
  model: UciClassical,
  grid: Setting[],
  seed: number,
): Promise<Outcome> {
  const { table, fold } = await uciFold(dataset, profile, index);
  const { columns, task, examples, measures } = classicalTable(table);
  const result = await fitBaseline({
    model,
    grid,
    columns,
    task,
    train: examples(fold.train),
    validation: examples(fold.val),
    test: examples(fold.test),
    seed,
    threads: navigator.hardwareConcurrency,
  });
  return {
    metrics: {
      ...measures(fold.test, result.test),
      validationLoss: result.score,
      peakBytes: result.peakBytes,
    },
    seconds: { compile: 0, train: result.totalSeconds, evaluate: result.predictSeconds },
    steps: 0,
    parameters: 0,
    compiledBytes: null,
  };
}
