import { knownName, unknown } from "../data/nearest.ts";
import { UserError } from "../errors.ts";
import { ablation } from "./ablation/run.ts";
import { syntheticAttention } from "./attention/run.ts";
import { tableAttention } from "./attention/table.ts";
import { context } from "./context/run.ts";
import type { Experiment, Run, Settings } from "./experiment.ts";
import { cohort } from "./imputation/cohort.ts";
import { lowCoverage } from "./imputation/low_coverage.ts";
import { imputation } from "./imputation/run.ts";
import { imputationSize } from "./imputation/sizes.ts";
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
  lowCoverage,
  imputationSize,
  imputationMany,
  imputationMemory,
  syntheticAttention,
  tableAttention,
};

for (const one of Object.values(experiments) as unknown as Experiment[]) {
  const { settings } = one;
  one.settings = (profile, changes) => settings(asProfile(profile), changes ?? {});
}

export const EXPERIMENTS = Object.values(experiments) as unknown as Experiment[];

const names = (): string[] => EXPERIMENTS.map(({ name }) => name);

export const experimentsIn = (notebooks: readonly string[]): string[] =>
  EXPERIMENTS.filter(({ notebook }) => notebooks.includes(notebook)).map(({ name }) => name);

/** The experiments of a list of names, all without one. @throws UserError for an unknown one, with the nearest ones. */
export function experimentsOf(only: readonly string[] = []): Experiment[] {
  for (const name of only) knownName(name, names(), "--only: there is no experiment");
  return EXPERIMENTS.filter(({ name }) => only.length === 0 || only.includes(name));
}

/** The runs of an experiment. @param steps of each training instead of the profile's, where an experiment lets them be chosen */
async function runsOf(experiment: Experiment, profile: Profile, steps?: number): Promise<Run[]> {
  const settings = experiment.settings(profile);
  return await experiment.runs(
    steps !== undefined && takesSteps(settings) ? { ...settings, steps } as typeof settings : settings,
  );
}

const takesSteps = (settings: Settings): boolean => "steps" in settings;

/** Whether the steps of a run can be chosen. */
export const hasSteps = ({ id, steps }: Run, profile: Profile): boolean =>
  steps > 0 && takesSteps(EXPERIMENTS.find(({ name }) => name === id.split("/")[0])!.settings(profile));

/**
 * The runs of experiments, or those whose ids begin with some words: "uci", "uci/yacht", "uci/yacht/spin/fold0". In the order
 * in which they are named, each once; all of them if nothing is named.
 *
 * @param steps of each training instead of the profile's, where they can be chosen
 * @throws UserError for an unknown name, with the nearest ones
 */
export async function chosenRuns(
  profile: Profile,
  only: readonly string[] = names(),
  steps?: number,
): Promise<Run[]> {
  const chosen = new Map<string, Run>();
  const all = new Map<string, Run[]>();
  for (const experiment of experimentsOf(only.map((beginning) => beginning.split("/")[0]!))) {
    all.set(experiment.name, await runsOf(experiment, profile, steps));
  }
  for (const beginning of only) {
    const words = beginning.split("/");
    const runs = all.get(words[0]!)!;
    const firstWords = ({ id }: Run) => id.split("/").slice(0, words.length).join("/");
    const own = runs.filter((run) => firstWords(run) === beginning);
    if (own.length === 0 && words.length > 1) {
      const near = unknown(beginning, [...new Set(runs.map(firstWords))]);
      throw new UserError(`--only: profile ${profile} has no job that begins with ${near}`);
    }
    for (const run of own) chosen.set(run.id, run);
  }
  return [...chosen.values()];
}

/** The run of an id. @throws UserError for an unknown one; for steps of a run that takes none */
export async function findRun(id: string, profile: Profile, steps?: number): Promise<Run> {
  const name = knownName(id.split("/")[0]!, names(), `there is no job "${id}": there is no experiment`);
  const runs = await runsOf(EXPERIMENTS.find((one) => one.name === name)!, profile, steps);
  knownName(id, runs.map((one) => one.id), `profile ${profile}: there is no job`);
  const run = runs.find((one) => one.id === id)!;
  if (steps !== undefined && !hasSteps(run, profile)) {
    throw new UserError(`--steps: ${id} takes no optimiser steps of its own`);
  }
  return run;
}
