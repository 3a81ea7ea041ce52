import { unknown } from "../data/nearest.ts";
import { UserError } from "../errors.ts";
import { ablation } from "./ablation/run.ts";
import { syntheticAttention } from "./attention/run.ts";
import { tableAttention } from "./attention/table.ts";
import { context } from "./context/run.ts";
import type { Experiment, Run } from "./experiment.ts";
import { cohort } from "./imputation/cohort.ts";
import { imputation } from "./imputation/run.ts";
import { imputationMemory } from "./imputation_many/memory.ts";
import { imputationMany } from "./imputation_many/run.ts";
import { functions } from "./functions/run.ts";
import { gp } from "./gp/run.ts";
import { images } from "./images/run.ts";
import { largeContexts } from "./large_contexts/likelihoods.ts";
import { largePredictions } from "./large_contexts/predictions.ts";
import { processCost } from "./large_contexts/process_cost.ts";
import { asProfile, type Profile } from "./profiles.ts";
import { predictionCost, stepCost } from "./scaling/run.ts";
import { uciMemory } from "./uci/memory.ts";
import { uci } from "./uci/run.ts";

/** Every experiment, in the order of the notebooks. A new one is a folder and a line here. */
export const experiments = {
  uci,
  uciMemory,
  stepCost,
  predictionCost,
  ablation,
  context,
  gp,
  processCost,
  largeContexts,
  largePredictions,
  images,
  functions,
  imputation,
  cohort,
  imputationMany,
  imputationMemory,
  syntheticAttention,
  tableAttention,
};

for (const one of Object.values(experiments) as unknown as Experiment[]) {
  const { settings } = one;
  one.settings = (profile, changes) => settings(asProfile(profile), changes ?? {});
}

/** The same as a list. */
export const EXPERIMENTS = Object.values(experiments) as unknown as Experiment[];

const names = (): string[] => EXPERIMENTS.map(({ name }) => name);

/** The experiments that some notebooks show. */
export const experimentsIn = (notebooks: readonly string[]): string[] =>
  EXPERIMENTS.filter(({ notebook }) => notebooks.includes(notebook)).map(({ name }) => name);

/** The experiments of a list of names, all without one. @throws UserError for an unknown one, with the nearest ones. */
export function experimentsOf(only: readonly string[] = []): Experiment[] {
  for (const name of only) {
    if (!names().includes(name)) {
      throw new UserError(`--only: there is no experiment ${unknown(name, names())}`);
    }
  }
  return EXPERIMENTS.filter(({ name }) => only.length === 0 || only.includes(name));
}

/**
 * The run of an id.
 *
 * @throws UserError for an unknown one, with the nearest ones; for steps of a run that takes none
 */
export async function findRun(id: string, profile: Profile, steps?: number): Promise<Run> {
  const experiment = EXPERIMENTS.find(({ name }) => name === id.split("/")[0]);
  if (!experiment) {
    throw new UserError(
      `there is no job "${id}": there is no experiment ${unknown(id.split("/")[0]!, names())}`,
    );
  }
  const settings = experiment.settings(profile);
  const takesSteps = "steps" in settings;
  const runs = await experiment.runs(
    steps !== undefined && takesSteps ? { ...settings, steps } as typeof settings : settings,
  );
  const run = runs.find((one) => one.id === id);
  if (!run) {
    throw new UserError(`profile ${profile}: there is no job ${unknown(id, runs.map((one) => one.id))}`);
  }
  if (steps !== undefined && (run.steps === 0 || !takesSteps)) {
    throw new UserError(`--steps: ${id} takes no optimiser steps of its own`);
  }
  return run;
}
