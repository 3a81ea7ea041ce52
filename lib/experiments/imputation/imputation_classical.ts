import { createHash } from "node:crypto";
import { baselineGrid, type BaselineModel, fitBaseline, type Setting } from "../../baselines/mod.ts";
import { alleleRows, type ImputationWindow } from "../../data/genotypes/windows_data.ts";
import { b1Windows } from "../../data/genotypes/windows_set.ts";
import { UserError } from "../../errors.ts";
import type { Json, RunIdentity } from "../../results/mod.ts";
import { LOCAL_RECORDS, type Profile } from "../profiles.ts";
import { classicalRecords, type ClassicalRun, type ClassicalRuns } from "../uci/classical_runs.ts";
import { imputationScores } from "./imputation_scores.ts";

/** Those that the paper compares with, and two more. */
export const CLASSICAL_MODELS = [
  "knn",
  "gradient-boosting",
  "xgboost",
  "mlp",
  "linear",
  "lightgbm",
] as const satisfies readonly BaselineModel[];
export type ClassicalModel = (typeof CLASSICAL_MODELS)[number];

/** The models of a list of names. @throws UserError for an unknown one. */
export function asClassicalModels(names: readonly string[]): ClassicalModel[] {
  return names.map((name) => {
    if ((CLASSICAL_MODELS as readonly string[]).includes(name)) return name as ClassicalModel;
    throw new UserError(`classical: expected some of ${CLASSICAL_MODELS.join(", ")}, found "${name}"`);
  });
}

export interface ClassicalConfig {
  profile: Profile;
  windows: number[];
  models: ClassicalModel[];
  seeds: number[];
  records?: string;
}

/**
 * Classical models on B1's windows: a model for each target (the MLP has an output for each), settings chosen by R² on the validation
 * haplotypes. Needs the environment of `task setup --baselines`.
 */
export async function runClassical(config: ClassicalConfig): Promise<ClassicalRuns> {
  const { profile, models, seeds, records: folder = LOCAL_RECORDS } = config;
  const windows = await b1Windows(config.windows);
  const runs = seeds.flatMap((seed) =>
    windows.flatMap((window) =>
      models.map((model): ClassicalRun => {
        const grid = baselineGrid(model, "imputation", profile, "binary");
        return {
          identity: identityOf(window, model, grid, profile, seed),
          execute: () => execute(window, model, grid, seed),
        };
      })
    )
  );
  return await classicalRecords(runs, { label: `classical models, ${profile}`, folder });
}

function identityOf(
  window: ImputationWindow,
  model: ClassicalModel,
  grid: Setting[],
  profile: Profile,
  seed: number,
): RunIdentity {
  const sha256 = createHash("sha256").update(window.inputs).update(window.targets).digest("hex");
  return {
    experiment: "imputation",
    profile,
    model: `${model}-run`,
    data: { name: window.name, sha256 },
    fold: null,
    seed,
    configuration: { grid, size: window.targetVariants.length, proportion: 1 } as unknown as Record<
      string,
      Json
    >,
  };
}

async function execute(window: ImputationWindow, model: ClassicalModel, grid: Setting[], seed: number) {
  const { inputs, targets, inputVariants, targetVariants, fold } = window;
  const part = (rows: Int32Array) => ({
    x: alleleRows(inputs, inputVariants.length, rows),
    y: alleleRows(targets, targetVariants.length, rows),
  });
  const test = part(fold.test);
  const result = await fitBaseline({
    model,
    grid,
    columns: inputVariants.length,
    train: part(fold.train),
    validation: part(fold.val),
    test,
    task: { kind: "binary", targets: targetVariants.length },
    criterion: "r2",
    seed,
    threads: navigator.hardwareConcurrency,
  });
  return {
    metrics: {
      ...imputationScores({ predicted: result.test, truth: test.y, targets: targetVariants.length }, window),
      validationR2: result.score === null ? null : -result.score,
    },
    seconds: { compile: 0, train: result.totalSeconds, evaluate: result.predictSeconds },
    steps: 0,
    parameters: 0,
    compiledBytes: null,
  };
}
