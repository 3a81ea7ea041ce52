import {
  baselineGrid,
  type BaselineModel,
  fitBaseline,
  type Setting,
  type SizeClass,
} from "../../baselines/mod.ts";
import { uciFacts, unknown } from "../../data/mod.ts";
import { UserError } from "../../errors.ts";
import type { Json } from "../../results/mod.ts";
import { classicalRecords, type ClassicalRun, type ClassicalRuns } from "./classical_runs.ts";
import { LOCAL_RECORDS, type Profile } from "../profiles.ts";
import { classicalTable } from "./uci_classical_data.ts";
import { columnTypes, foldCount, foldsOf, knownData, uciFold } from "./uci_data.ts";

/** Those of the paper's table that scikit-learn and its kin have, and LightGBM. */
export const UCI_CLASSICAL = [
  "xgboost",
  "lightgbm",
  "gradient-boosting",
  "random-forest",
  "mlp",
  "knn",
  "linear",
] as const satisfies readonly BaselineModel[];
export type UciClassical = (typeof UCI_CLASSICAL)[number];

/** The models of a list of names. @throws UserError naming the most similar ones for an unknown one. */
export function asUciClassical(names: readonly string[]): UciClassical[] {
  return names.map((name) => {
    if ((UCI_CLASSICAL as readonly string[]).includes(name)) return name as UciClassical;
    throw new UserError(`classical: there is no model ${unknown(name, UCI_CLASSICAL)}`);
  });
}

export interface UciClassicalConfig {
  profile: Profile;
  datasets: string[];
  models: UciClassical[];
  folds: number;
  seed: number;
  records?: string;
}

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

/** The runs of a configuration: sets, then folds, then models. */
export function uciClassicalRuns(
  { profile, datasets, models, folds, seed }: UciClassicalConfig,
): ClassicalRun[] {
  return datasets.map(uciFacts).flatMap(({ name, n, task, sha256 }) =>
    Array.from({ length: foldCount(name, profile, folds) }, (_, fold) => fold).flatMap((fold) =>
      models.map((model): ClassicalRun => {
        const kind = task === "regression" ? "regression" : "classification";
        const grid = baselineGrid(model, sizeOf(name, n), profile, kind);
        const configuration = { grid, columnTypes: columnTypes(profile) } as unknown as Record<string, Json>;
        return {
          identity: {
            experiment: "uci",
            profile,
            model,
            data: { name, sha256 },
            fold: { index: fold, of: foldsOf(name, profile) },
            seed: seed + fold,
            configuration,
          },
          execute: () => execute(name, profile, fold, model, grid, seed + fold),
        };
      })
    )
  );
}

/**
 * Classical models on the same folds as `runUci`, tuned on the validation rows of each fold. Records are read from the
 * workspace where they came with it; others are made where `task setup --baselines` has been run.
 */
export const runUciClassical = async (config: UciClassicalConfig): Promise<ClassicalRuns> =>
  await classicalRecords(await identified(uciClassicalRuns(config)), {
    label: `classical models, ${config.profile}`,
    folder: config.records ?? LOCAL_RECORDS,
  });

const identified = (runs: readonly ClassicalRun[]): Promise<ClassicalRun[]> =>
  Promise.all(runs.map(async (run) => ({ ...run, identity: await knownData(run.identity) })));

async function execute(
  dataset: string,
  profile: Profile,
  index: number,
  model: UciClassical,
  grid: Setting[],
  seed: number,
) {
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
