/** Which kept runs `reproduce` runs again: a rule over their records. */
import type { RunRecord } from "../results/mod.ts";

/** A kept run that can be run again. */
export interface Repeatable {
  record: RunRecord;
  /** Recorded seconds of what would be run again. */
  seconds: number;
}

/** Recorded seconds of the sample in all. Compiling now takes a third of what it did when most records were made. */
export const SAMPLE_SECONDS = 400;

/** Recorded seconds beyond which a run is in no sample. */
export const RUN_SECONDS = 60;

/** A record of no time tells nothing of it: its program was compiled before, or a budget forbade to run it. */
const LEAST_SECONDS = 1e-3;

/** The kind of model that a run is of: rows of an ablation, for example, are variants of a few. */
export function familyOf({ model, configuration }: RunRecord): string {
  const config = configuration["model"];
  if (typeof config === "string") return config;
  const name = typeof config === "object" && config !== null && !Array.isArray(config)
    ? config["model"]
    : undefined;
  return typeof name === "string" ? name : model;
}

/**
 * The run with the least recorded time of each family of models of each experiment. First come those that are their
 * experiment's shortest, then all others, from the shortest on, as long as all of them together take no more than
 * SAMPLE_SECONDS; runs of more than RUN_SECONDS are left out.
 *
 * @returns in the order of the given runs, so that those of one experiment follow each other
 */
export function sampleOf<T extends Repeatable>(runs: readonly T[]): T[] {
  const short = runs.filter(({ seconds }) => seconds >= LEAST_SECONDS && seconds <= RUN_SECONDS)
    .sort((a, b) => a.seconds - b.seconds);
  const firstOf = (key: (run: T) => string, from: readonly T[]) =>
    [...Map.groupBy(from, key).values()].map(([first]) => first!);
  const families = firstOf(({ record }) => `${record.experiment} ${familyOf(record)}`, short);
  const shortest = firstOf(({ record }) => record.experiment, families);
  const chosen = new Set<T>();
  let seconds = 0;
  for (const run of [...shortest, ...families]) {
    if (chosen.has(run) || seconds + run.seconds > SAMPLE_SECONDS) continue;
    chosen.add(run);
    seconds += run.seconds;
  }
  return runs.filter((run) => chosen.has(run));
}
