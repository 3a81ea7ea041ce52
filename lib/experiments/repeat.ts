/** Which kept runs `reproduce` runs again, and how. */
import { recordName, type RunRecord } from "../results/mod.ts";
import type { Run } from "./experiment.ts";
import { asProfile, LOCAL_BEGINNINGS, PROFILES } from "./profiles.ts";
import { EXPERIMENTS } from "./registry.ts";
import { knownRecord, runOne, writeOutcome } from "./run.ts";

/** A kept run, and how to run it or its beginning again. */
interface Repeat extends Repeatable {
  /** Leaves a record of its own; gives undefined if it was stopped. */
  run(): Promise<RunRecord | undefined>;
}

/**
 * The kept runs that the code of now can run again under the same identity, wholly or from their beginning; but
 * those that need what is not there, and those of programs that others have written.
 */
export async function repeatables(kept: readonly RunRecord[]): Promise<Repeat[]> {
  const records = new Map(kept.map((record) => [recordName(record), record]));
  const found = new Map<RunRecord, Repeat>();
  const add = (run: Run) => {
    const record = run.identity && records.get(recordName(run.identity));
    if (!record || run.needs || run.external || found.has(record)) return;
    found.set(record, repeatOf(run, record));
  };
  for (const experiment of EXPERIMENTS) {
    for (const profile of PROFILES) (await experiment.runs(experiment.settings(profile))).forEach(add);
    if (!experiment.changesOf) continue;
    for (const record of kept.filter((one) => one.experiment === experiment.name && !found.has(one))) {
      const settings = experiment.settings(asProfile(record.profile), experiment.changesOf(record));
      (await experiment.runs(settings)).forEach(add);
    }
  }
  return kept.flatMap((record) => found.get(record) ?? []);
}

function repeatOf(run: Run, record: RunRecord): Repeat {
  const { identity, beginning } = run;
  if (!beginning) return { record, seconds: wholeSeconds(record), run: () => runOne(run) };
  return {
    record,
    seconds: beginning.seconds(record),
    run: async () => {
      const known = await knownRecord(LOCAL_BEGINNINGS, identity!, true);
      const outcome = known ? undefined : await beginning.execute();
      return known ?? (outcome && await writeOutcome(LOCAL_BEGINNINGS, identity!, outcome));
    },
  };
}

interface Repeatable {
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
