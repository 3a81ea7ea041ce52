import type { EncodedTable, Fold } from "../../data/mod.ts";
import type { CountRanges } from "../../data/gp/counts.ts";
import type { RunIdentity, RunRecord } from "../../results/mod.ts";
import type { ProcessRecipe } from "../../train/process/recipe.ts";
import type { Recipe } from "../../train/table/recipe.ts";
import type { Profile } from "../profiles.ts";

/** The training step of a job, as plain as a plan needs it. */
export type Program =
  | { kind: "table"; recipe: Recipe; read: () => Promise<{ table: EncodedTable; fold: Fold }> }
  | { kind: "process"; recipe: ProcessRecipe; ranges: CountRanges; batch: number; all?: number };

/** One training or measurement with a record of its own, which needs no other one. */
export interface Job {
  /** Words with slashes between them, plain to any shell: "uci/yacht/spin/fold0". */
  id: string;
  /** Jobs with the same data and model run the same program. */
  data: string;
  model: string;
  /** What its record is known by; absent where that takes data that are large or not there. */
  identity?: RunIdentity;
  /** Optimiser steps; 0 for a measurement. */
  steps: number;
  /** What is not there, and where to put it; `run` then fetches it or says more. */
  needs?: string;
  program?: Program;
  /** Runs it, or reads its record; undefined if it was stopped. */
  run(records: string): Promise<RunRecord | undefined>;
}

export interface JobOptions {
  profile: Profile;
  /** Optimiser steps instead of the profile's. */
  steps?: number;
}

/** An experiment whose runs can be made one by one. */
export interface Experiment {
  /** The first word of its jobs' ids. */
  name: string;
  /** The notebook that runs the same jobs. */
  notebook: string;
  jobs(options: JobOptions): Job[] | Promise<Job[]>;
}

/** A job's id: lower case, figures, and "-", "." and "_" in its words. */
export const jobId = (...words: (string | number)[]): string =>
  words.map((word) => String(word).toLowerCase().replaceAll(/[^a-z0-9._-]+/g, "-")).join("/");

/** A function that is called once, however often its result is asked for. */
export function once<T>(make: () => Promise<T>): () => Promise<T> {
  let made: Promise<T> | undefined;
  return () => made ??= make();
}
