import { unknown } from "../../data/nearest.ts";
import { UserError } from "../../errors.ts";
import { findRecord, type RunRecord } from "../../results/mod.ts";
import { ablationJobs } from "./ablation.ts";
import { largePredictionJobs, predictionCostJobs, processCostJobs, stepCostJobs } from "./costs.ts";
import { beagleJobs, cohortJobs, haplotypeJobs, imputationJobs } from "./genotypes.ts";
import { imputationMemoryJobs, manyJobs } from "./genotypes_many.ts";
import type { Experiment, Job, JobOptions } from "./job.ts";
import { gpJobs, imageJobs } from "./processes.ts";
import { syntheticAttentionJobs, tableAttentionJobs } from "./synthetic_attention.ts";
import { uciJobs } from "./uci.ts";
import { uciClassicalJobs, uciMemoryJobs } from "./uci_more.ts";

/** Every experiment whose runs can be made one by one, in the order of the notebooks. A new one is one more line. */
export const EXPERIMENTS: readonly Experiment[] = [
  uciJobs,
  uciClassicalJobs,
  uciMemoryJobs,
  stepCostJobs,
  predictionCostJobs,
  ablationJobs,
  gpJobs,
  processCostJobs,
  largePredictionJobs,
  imageJobs,
  imputationJobs,
  haplotypeJobs,
  beagleJobs,
  cohortJobs,
  manyJobs,
  imputationMemoryJobs,
  syntheticAttentionJobs,
  tableAttentionJobs,
];

const names = (): string[] => EXPERIMENTS.map(({ name }) => name);

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
 * The job of an id.
 *
 * @throws UserError for an unknown one, with the nearest ones; for steps of a job that takes none
 */
export async function findJob(id: string, options: JobOptions): Promise<Job> {
  const experiment = EXPERIMENTS.find(({ name }) => name === id.split("/")[0]);
  if (!experiment) {
    throw new UserError(
      `there is no job "${id}": there is no experiment ${unknown(id.split("/")[0]!, names())}`,
    );
  }
  const jobs = await experiment.jobs(options);
  const job = jobs.find((one) => one.id === id);
  if (!job) {
    throw new UserError(
      `profile ${options.profile}: there is no job ${unknown(id, jobs.map((one) => one.id))}`,
    );
  }
  if (options.steps !== undefined && job.steps === 0) {
    throw new UserError(`--steps: ${id} takes no optimiser steps of its own`);
  }
  return job;
}

/** The record of a job in a folder, if it is complete. */
export const recordOf = async (job: Job, records: string): Promise<RunRecord | undefined> =>
  job.identity && await findRecord(records, job.identity);
