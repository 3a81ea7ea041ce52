/** Which kept runs `reproduce` runs again: a rule over their records. */
import type { RunRecord } from "../results/mod.ts";

/** A kept run that can be run again. */
export interface Repeatable {
  record: RunRecord;
  /** About how many seconds it takes, as its record tells. */
  seconds: number;
}

/** Seconds of the sample in all, and those beyond which a run is in no sample. */
export const SAMPLE_SECONDS = 260;
export const RUN_SECONDS = 30;

/** A record of less time does not tell how long its run takes: its program was compiled before, or a budget forbade it. */
const LEAST_SECONDS = 0.5;

/** About how many seconds a whole run takes, from its record; 0 where that does not tell. */
export function wholeSeconds({ seconds: { compile, train, evaluate } }: RunRecord): number {
  const seconds = compile + train + evaluate;
  return seconds < LEAST_SECONDS ? 0 : seconds;
}

/** Whether a time is among what a run measures. */
export const isTimed = ({ metrics }: RunRecord): boolean =>
  Object.keys(metrics).some((metric) => /seconds$/i.test(metric));

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
 * Of each experiment, and within it of each family of models, the run that takes the least time. First come those that are
 * their experiment's shortest, then those that are its second shortest, and so on, shorter ones first, as long as all of them
 * together take no more than SAMPLE_SECONDS. Runs of more than RUN_SECONDS are left out.
 *
 * @returns in the order of the given runs, so that those of one experiment follow each other
 */
export function sampleOf<T extends Repeatable>(runs: readonly T[]): T[] {
  const short = runs.filter(({ seconds }) => seconds > 0 && seconds <= RUN_SECONDS)
    .sort((a, b) => a.seconds - b.seconds);
  const families = [
    ...Map.groupBy(short, ({ record }) => `${record.experiment} ${familyOf(record)}`).values(),
  ].map(([shortest]) => shortest!);
  const ranked = [...Map.groupBy(families, ({ record }) => record.experiment).values()]
    .flatMap((own) => own.map((run, rank) => ({ run, rank })))
    .sort((a, b) => a.rank - b.rank || a.run.seconds - b.run.seconds);
  const chosen = new Set<T>();
  let total = 0;
  for (const { run } of ranked) {
    if (total + run.seconds > SAMPLE_SECONDS) continue;
    chosen.add(run);
    total += run.seconds;
  }
  return runs.filter((run) => chosen.has(run));
}
