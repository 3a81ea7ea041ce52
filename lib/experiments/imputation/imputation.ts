import { createHash } from "node:crypto";
import { windowTable } from "../../data/genotypes/window_table.ts";
import { type ImputationWindow, withTrainProportion } from "../../data/genotypes/windows_data.ts";
import { b1Windows } from "../../data/genotypes/windows_set.ts";
import { progress, stopRequested } from "../../progress/mod.ts";
import type { Json, RunIdentity, RunRecord } from "../../results/mod.ts";
import { fit, type FitOptions } from "../../train/table/fit.ts";
import { imputedAlleles } from "../../train/table/imputation_r2.ts";
import type { Recipe } from "../../train/table/recipe.ts";
import { score } from "../../train/table/score.ts";
import { LOCAL_RECORDS, type Profile } from "../profiles.ts";
import { type Outcome, recorded } from "../record.ts";
import { trainingCosts } from "../training_costs.ts";
import { imputationScores } from "./imputation_scores.ts";
import { type ImputationModel, imputationRecipe } from "./imputation_settings.ts";

/** Imputation of single windows of genotypes, one model for each (the paper's protocol at a small scale, B1). */
export interface ImputationConfig {
  profile: Profile;
  /** Some of B1's windows, 0 to 4. */
  windows: number[];
  models: ImputationModel[];
  seeds: number[];
  /** Targets in a window; default 100. */
  size?: number;
  /** Share of the train samples that is used; default all. */
  proportion?: number;
  /** Optimiser steps instead of the profile's; 0 keeps those. */
  steps?: number;
  /** Where records are kept. */
  records?: string;
}

export interface ImputationRun {
  identity: RunIdentity;
  recipe: Recipe;
  window: ImputationWindow;
}

/**
 * The runs of a configuration: seeds, then windows, then models, so that early results compare models.
 *
 * @throws UserError for windows, a size and a share that there are not.
 */
export async function imputationRuns(config: ImputationConfig): Promise<ImputationRun[]> {
  const { profile, models, seeds, size = 100, proportion = 1, steps } = config;
  const windows = await b1Windows(config.windows, { size });
  return seeds.flatMap((seed) =>
    windows.map((window): ImputationWindow => ({
      ...window,
      fold: proportion === 1
        ? window.fold
        : withTrainProportion(window.fold, { proportion, mode: "clean", seed }),
    })).flatMap((window) => {
      const data = { name: window.name, sha256: digest(window) };
      return models.map((model): ImputationRun => {
        const recipe = { ...imputationRecipe(model, profile, seed), ...(steps ? { steps } : {}) };
        const { seed: _, ...rest } = recipe;
        const configuration = { ...rest, size, proportion } as unknown as Record<string, Json>;
        return {
          identity: { experiment: "imputation", profile, model, data, fold: null, seed, configuration },
          recipe,
          window,
        };
      });
    })
  );
}

/** What a window holds, whichever of its train rows are used. */
function digest({ inputs, targets }: ImputationWindow): string {
  return createHash("sha256").update(inputs).update(targets).digest("hex");
}

/**
 * Runs what has no record yet, and gives the records of all runs. A stop request ends it after the run under way,
 * with the records so far.
 */
export async function runImputation(config: ImputationConfig): Promise<RunRecord[]> {
  const runs = await imputationRuns(config);
  const bar = progress(runs.length, { label: `imputation, ${config.profile}` });
  const records: RunRecord[] = [];
  for (const run of runs) {
    if (stopRequested()) break;
    const record = await recorded(
      config.records ?? LOCAL_RECORDS,
      run.identity,
      () => executeImputation(run),
    );
    if (!record) break;
    records.push(record);
    bar.update(
      records.length,
      `${run.window.name} seed ${record.seed} ${record.model} R² ${record.metrics["r2"]?.toFixed(4)}`,
    );
  }
  await bar.done();
  return records;
}

/** Trains a model on a window; its test rows are predicted once, at the end. Undefined if it was stopped. */
export async function executeImputation(
  { recipe, window }: ImputationRun,
  options: FitOptions = {},
): Promise<Outcome | undefined> {
  const { fold } = window;
  const table = windowTable(window);
  const fitted = await fit(table, fold, recipe, options);
  try {
    if (fitted.stopped) return undefined;
    const start = performance.now();
    const outputs = await fitted.predictor.predict(table, fold.test);
    const { validation, imputationR2, step } = fitted.best;
    return {
      metrics: {
        ...imputationScores(imputedAlleles(table, fold.test, outputs), window),
        testLoss: score(table, fold.test, outputs).loss,
        validationR2: imputationR2 ?? null,
        validationLoss: validation,
        bestStep: step,
      },
      ...trainingCosts(fitted, (performance.now() - start) / 1000),
    };
  } finally {
    fitted.dispose();
  }
}
