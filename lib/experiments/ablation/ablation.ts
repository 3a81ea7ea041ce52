import {
  encode,
  type EncodedTable,
  fitSchema,
  type Fold,
  loadUci,
  readSplits,
  uciFacts,
} from "../../data/mod.ts";
import { UserError } from "../../errors.ts";
import { progress, stopRequested } from "../../progress/mod.ts";
import type { Json, RunIdentity, RunRecord } from "../../results/mod.ts";
import { fit, type FitOptions, type Fitted } from "../../train/table/fit.ts";
import type { Recipe } from "../../train/table/recipe.ts";
import { ABLATION_FOLDS, ablationRecipe, type AblationRow, chooseRows } from "./ablation_settings.ts";
import { LOCAL_RECORDS, type Profile } from "../profiles.ts";
import type { Outcome } from "../record.ts";
import { recordedTraining } from "../recorded_training.ts";
import { testedOutcome } from "../tested.ts";

/** The table of the published block ablation. */
const DATASET = "boston-housing";

/** SPIN with one thing changed at a time (the paper's Table 6, and more rows). */
export interface AblationConfig {
  profile: Profile;
  /** Names of rows or questions (see `ablationRows`), or "all". */
  rows: readonly string[];
  /** How many of the ten folds, from the first; 0 for those of the profile. */
  folds: number;
  seed: number;
  /** Optimiser steps instead of the profile's; 0 keeps those. */
  steps?: number;
  /** Where records are kept. */
  records?: string;
}

export interface AblationRun {
  identity: RunIdentity;
  row: AblationRow;
  recipe: Recipe;
  fold: number;
}

/** The runs of a configuration: folds, then rows, so that early results compare rows. */
export function ablationRuns({ profile, rows, folds, seed, steps }: AblationConfig): AblationRun[] {
  if (!(Number.isInteger(folds) && folds >= 0 && folds <= 10)) {
    throw new UserError(`folds: expected a whole number from 0 to 10, found ${folds}`);
  }
  const { name, sha256 } = uciFacts(DATASET);
  const chosen = chooseRows(profile, rows);
  return Array.from({ length: folds || ABLATION_FOLDS[profile] }, (_, fold) => fold).flatMap((fold) =>
    chosen.map((row) => {
      const recipe = { ...ablationRecipe(row, profile, seed + fold), ...(steps ? { steps } : {}) };
      const { seed: _, ...configuration } = recipe;
      return {
        row,
        recipe,
        fold,
        identity: {
          experiment: "ablation",
          profile,
          model: row.name,
          data: { name, sha256 },
          fold: { index: fold, of: 10 },
          seed: seed + fold,
          configuration: configuration as unknown as Record<string, Json>,
        },
      };
    })
  );
}

/**
 * Runs what has no record yet, and gives the records of all runs. A stop request ends it with the records so far; the
 * run under way goes on from its state the next time.
 */
export async function runAblation(config: AblationConfig): Promise<RunRecord[]> {
  const runs = ablationRuns(config);
  const bar = progress(runs.length, { label: `ablation, ${config.profile}` });
  const records: RunRecord[] = [];
  for (const run of runs) {
    if (stopRequested()) break;
    const record = await recordedTraining(
      config.records ?? LOCAL_RECORDS,
      run.identity,
      // Hours of a published run have a progress line of their own.
      ({ label, checkpoint }) =>
        executeAblation(run, config.profile === "paper" ? { label, checkpoint } : { checkpoint }),
    );
    if (!record) break;
    records.push(record);
    bar.update(records.length, `fold ${run.fold} ${run.row.name} ${record.metrics["rmse"]?.toPrecision(3)}`);
  }
  await bar.done();
  return records;
}

/**
 * A fold of the table, and what was trained on it. In inductive runs neither batches nor standardisation know the
 * features of other rows.
 */
export async function trainAblation(
  { recipe, fold: index }: Pick<AblationRun, "recipe" | "fold">,
  options: FitOptions = {},
): Promise<{ table: EncodedTable; fold: Fold; fitted: Fitted }> {
  const { table: raw, facts } = await loadUci(DATASET);
  const fold = (await readSplits(DATASET))[index]!;
  const notify = () => {};
  const semiSupervised = recipe.transductive;
  const schema = fitSchema(raw, { targets: [facts.target], trainRows: fold.train, semiSupervised, notify });
  const table = encode(raw, schema, { notify });
  return { table, fold, fitted: await fit(table, fold, recipe, options) };
}

/** Trains and tests one row on one fold; undefined if it was stopped. */
export async function executeAblation(
  run: AblationRun,
  options: FitOptions = {},
): Promise<Outcome | undefined> {
  const { table, fold, fitted } = await trainAblation(run, options);
  return await testedOutcome(fitted, table, fold);
}
