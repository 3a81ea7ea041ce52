import { createHash } from "node:crypto";
import { windowTable } from "../../data/genotypes/window_table.ts";
import { type ImputationWindow, withTrainProportion } from "../../data/genotypes/windows_data.ts";
import { progress, stopRequested } from "../../progress/mod.ts";
import { type Json, recordName, type RunIdentity, type RunRecord, spread } from "../../results/mod.ts";
import { fitMany, type FitManyOptions, type FittedMany } from "../../train/table/fit_many.ts";
import { imputationR2 } from "../../train/table/imputation_r2.ts";
import { LOCAL_RECORDS, type Profile } from "../profiles.ts";
import { type Outcome, recorded } from "../record.ts";
import { trainingCosts } from "../training_costs.ts";
import { frequencyR2, type ManyWindows, manyWindows } from "./imputation_many_data.ts";
import { MANY_WINDOWS, type ManyChoice, type ManySetting, manySettings } from "./imputation_many_settings.ts";

/** One set of weights for several windows of genotypes, judged on them and on windows that it has not seen. */
export interface ImputationManyConfig extends ManyChoice {
  profile: Profile;
  seeds: readonly number[];
  /** How many windows, instead of the profile's. */
  seen?: number;
  unseen?: number;
  /** Optimiser steps instead of the profile's; 0 keeps those. */
  steps?: number;
  /** Where records are kept. */
  records?: string;
}

export interface ManyRun {
  identity: RunIdentity;
  setting: ManySetting;
  windows: ManyWindows;
}

/** Which windows are drawn; the same for all seeds of the training. */
const WINDOW_SEED = 42;

/**
 * The runs of a configuration. Experiments share runs: those with whole rows masked are the ones with many windows.
 *
 * @throws UserError as manySettings, and for more windows than there are.
 */
export async function imputationManyRuns(config: ImputationManyConfig): Promise<ManyRun[]> {
  const { profile, seeds, steps } = config;
  const { seen = MANY_WINDOWS[profile].seen, unseen = MANY_WINDOWS[profile].unseen } = config;
  const windowsOf = manyWindows({ seen, unseen, seed: WINDOW_SEED });
  const runs = new Map<string, ManyRun>();
  for (const seed of seeds) {
    for (const setting of manySettings(profile, config, seed)) {
      const { model, size, proportion } = setting;
      const recipe = { ...setting.recipe, ...(steps ? { steps } : {}) };
      const whole = await windowsOf(size);
      const part = (window: ImputationWindow): ImputationWindow => ({
        ...window,
        fold: withTrainProportion(window.fold, { proportion, mode: "clean", seed }),
      });
      const windows = { seen: whole.seen.map(part), unseen: whole.unseen.map(part) };
      const { seed: _, ...rest } = recipe;
      const identity: RunIdentity = {
        experiment: "imputation-many",
        profile,
        model,
        data: { name: `b1-${seen}+${unseen}-windows-${size}`, sha256: digest(whole) },
        fold: null,
        seed,
        configuration: { ...rest, size, proportion } as unknown as Record<string, Json>,
      };
      const name = recordName(identity);
      if (!runs.has(name)) runs.set(name, { identity, setting: { ...setting, recipe }, windows });
    }
  }
  return [...runs.values()];
}

function digest({ seen, unseen }: ManyWindows): string {
  const hash = createHash("sha256");
  for (const { inputs, targets } of [...seen, ...unseen]) hash.update(inputs).update(targets);
  return hash.digest("hex");
}

/**
 * Runs what has no record yet, and gives the records of all runs. A stop request ends it after the run under way,
 * with the records so far.
 */
export async function runImputationMany(config: ImputationManyConfig): Promise<RunRecord[]> {
  const runs = await imputationManyRuns(config);
  const bar = progress(runs.length, { label: `many windows, ${config.profile}` });
  const records: RunRecord[] = [];
  for (const run of runs) {
    if (stopRequested()) break;
    const record = await recorded(config.records ?? LOCAL_RECORDS, run.identity, () => executeMany(run));
    if (!record) break;
    records.push(record);
    const { metrics } = record;
    bar.update(
      records.length,
      `${run.setting.size} targets, ${run.setting.proportion} of the samples: R² ${
        metrics["seen r2"]?.toFixed(3)
      } seen, ${metrics["unseen r2"]?.toFixed(3)} unseen`,
    );
  }
  await bar.done();
  return records;
}

/** Trains on the seen windows; test rows of all are predicted once, at the end. Undefined if it was stopped. */
export async function executeMany(
  { setting: { recipe }, windows }: ManyRun,
  options: FitManyOptions = {},
): Promise<Outcome | undefined> {
  const fitted = await fitMany(
    windows.seen.map((w) => windowTable(w)),
    windows.seen.map(({ fold }) => fold),
    recipe,
    options,
  );
  try {
    if (fitted.stopped) return undefined;
    const start = performance.now();
    const metrics = {
      ...await partMetrics(fitted, "seen", windows.seen),
      ...await partMetrics(fitted, "unseen", windows.unseen),
    };
    const { imputationR2, validation, step } = fitted.best;
    return {
      metrics: { ...metrics, validationR2: imputationR2 ?? null, validationLoss: validation, bestStep: step },
      ...trainingCosts(fitted, (performance.now() - start) / 1000),
    };
  } finally {
    fitted.dispose();
  }
}

/** R² of the test rows of each window, that of the train frequency, and the means. */
async function partMetrics(
  fitted: FittedMany,
  part: "seen" | "unseen",
  windows: readonly ImputationWindow[],
): Promise<Record<string, number>> {
  const metrics: Record<string, number> = {};
  for (const window of windows) {
    const table = windowTable(window);
    const { test } = window.fold;
    const outputs = await fitted.predict(table, window.fold, test);
    metrics[`${part} ${window.name} r2`] = imputationR2(table, test, outputs);
    metrics[`${part} ${window.name} frequency`] = frequencyR2(window);
  }
  for (const measure of ["r2", "frequency"]) {
    const values = windows.map(({ name }) => metrics[`${part} ${name} ${measure}`]!);
    if (values.length > 0) metrics[`${part} ${measure}`] = spread(values).mean;
  }
  return metrics;
}
