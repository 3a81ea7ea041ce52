import { uciFacts } from "../../data/mod.ts";
import { progress, stopRequested } from "../../progress/mod.ts";
import type { Json, RunIdentity, RunRecord } from "../../results/mod.ts";
import { fit, type FitOptions } from "../../train/table/fit.ts";
import type { Recipe } from "../../train/table/recipe.ts";
import { asProfile, LOCAL_RECORDS, type Profile } from "../profiles.ts";
import type { Outcome } from "../record.ts";
import { recordedTraining } from "../recorded_training.ts";
import { columnTypes, foldCount, foldsOf, knownData, uciFold } from "./uci_data.ts";
import { testedOutcome } from "../tested.ts";
import { type UciModel, uciRecipe } from "./uci_settings.ts";

/** Cross-validation of table models on UCI sets (the paper's Table 1). */
export interface UciConfig {
  profile: Profile;
  datasets: string[];
  models: UciModel[];
  /** How many folds of each set, from the first; 0 for the profile's number. */
  folds: number;
  seed: number;
  /** Optimiser steps instead of the profile's; 0 keeps those. */
  steps?: number;
  /** Where records are kept. */
  records?: string;
}

export interface UciRun {
  identity: RunIdentity;
  recipe: Recipe;
  model: UciModel;
  dataset: string;
  fold: number;
}

/**
 * The runs of a configuration: sets, then folds, then models, so that early results compare models.
 *
 * @throws UserError for an unknown set, and a number of folds that is not whole or below 0
 */
export function uciRuns({ profile, datasets, models, folds, seed, steps }: UciConfig): UciRun[] {
  return datasets.map(uciFacts).flatMap(({ name, sha256 }) =>
    Array.from({ length: foldCount(name, profile, folds) }, (_, fold) => fold).flatMap((fold) =>
      models.map((model) => {
        const recipe = { ...uciRecipe(model, name, profile, seed + fold), ...(steps ? { steps } : {}) };
        return {
          model,
          recipe,
          dataset: name,
          fold,
          identity: {
            experiment: "uci",
            profile,
            model,
            data: { name, sha256 },
            fold: { index: fold, of: foldsOf(name, profile) },
            seed: seed + fold,
            configuration: configurationOf(recipe, profile),
          },
        };
      })
    )
  );
}

/**
 * Runs what has no record yet, and gives the records of all runs. A stop request ends it with the records so far; the
 * run under way goes on from its state the next time.
 */
export async function runUci(config: UciConfig): Promise<RunRecord[]> {
  const runs = uciRuns(config);
  const bar = progress(runs.length, { label: `UCI, ${config.profile}` });
  const records: RunRecord[] = [];
  for (const run of runs) {
    if (stopRequested()) break;
    const record = await recordedTraining(
      config.records ?? LOCAL_RECORDS,
      await knownData(run.identity),
      // Hours of a published run have a progress line of their own.
      ({ label, checkpoint }) =>
        executeUci(run, config.profile === "paper" ? { label, checkpoint } : { checkpoint }),
    );
    if (!record) break;
    records.push(record);
    const { rmse, accuracy } = record.metrics;
    bar.update(
      records.length,
      `${run.dataset} fold ${run.fold} ${run.model} ${(rmse ?? accuracy)?.toPrecision(3)}`,
    );
  }
  await bar.done();
  return records;
}

/** Trains and tests one model on one fold; undefined if it was stopped. */
export async function executeUci(
  { identity, recipe, dataset, fold: index }: UciRun,
  options: FitOptions = {},
): Promise<Outcome | undefined> {
  const { table, fold } = await uciFold(dataset, asProfile(identity.profile), index);
  return await testedOutcome(await fit(table, fold, recipe, options), table, fold);
}

/** The recipe without its seed, which differs from fold to fold and stands in the record by itself. */
function configurationOf({ seed: _, ...recipe }: Recipe, profile: Profile): Record<string, Json> {
  return { ...recipe, columnTypes: columnTypes(profile) } as unknown as Record<string, Json>;
}
