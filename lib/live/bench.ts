/** What a panel trains: a table of one's own, or an experiment. Either makes trials of options. */
import { createHash } from "node:crypto";
import { basename } from "node:path";
import { type Changes, type Experiment, type Settings, untrained } from "../experiments/experiment.ts";
import { LOCAL_RECORDS } from "../experiments/profiles.ts";
import { run, writeOutcome } from "../experiments/run.ts";
import { countParameters } from "../models/table/mod.ts";
import { chosenOptions, optionsOf, type OptionTable } from "../options.ts";
import type { RunRecord } from "../results/mod.ts";
import {
  fitTable,
  type FitTableOptions,
  type FittedTable,
  prepareTable,
  tableModelName,
} from "../tabular/mod.ts";
import { PROCESS_OPTIONS } from "../train/process/options.ts";
import { TABLE_OPTIONS } from "../train/table/options.ts";
import { type Trial, trialOf } from "./trial.ts";

/** A trial with what the notebook gets of it. */
export interface Made<Value> extends Trial {
  value: Value;
  /** Trains on for further steps. */
  continue?(steps: number, signal: AbortSignal): Promise<Made<Value>>;
}

export interface Bench<Value> {
  title: string;
  options: OptionTable;
  defaults: Record<string, unknown>;
  /** @throws UserError for what is wrong with the options, or with the training */
  make(options: Record<string, unknown>, signal: AbortSignal): Promise<Made<Value>>;
}

/** A table of one's own. Each training leaves a record, of the experiment "table". */
export function tableBench(
  base: FitTableOptions,
  records = LOCAL_RECORDS,
): Bench<FittedTable> & { of(fitted: FittedTable): Made<FittedTable> } {
  const quiet = { ...base, notify: () => {} };
  const { recipe } = prepareTable(quiet);
  const of = (fitted: FittedTable): Made<FittedTable> => ({
    ...trialOf(fitted),
    value: fitted,
    continue: async (steps, signal) =>
      await kept(await fitted.continue({ steps, signal, label: "training" })),
  });
  const kept = async (fitted: FittedTable): Promise<Made<FittedTable>> => {
    await writeTableRecord(base, fitted, records);
    return of(fitted);
  };
  return {
    title: `${base.target} of ${basename(base.table.source)}`,
    options: TABLE_OPTIONS,
    defaults: optionsOf(TABLE_OPTIONS, recipe),
    of,
    make: async (options, signal) =>
      await kept(
        await fitTable({ ...quiet, ...chosenOptions(TABLE_OPTIONS, options), label: "training", signal }),
      ),
  };
}

/** The record of a table's training, as experiments leave theirs; a stopped one leaves none. */
async function writeTableRecord(
  { table, target }: FitTableOptions,
  fitted: FittedTable,
  records: string,
): Promise<void> {
  if (fitted.stopped) return;
  const { schema, scores, steps, seconds, memory, recipe: { seed, ...configuration } } = fitted;
  await writeOutcome(records, {
    experiment: "table",
    profile: "quick",
    model: tableModelName(configuration.model),
    data: { name: `${basename(table.source)}: ${target}`, sha256: tableDigest(table) },
    fold: null,
    seed,
    configuration: configuration as unknown as RunRecord["configuration"],
  }, {
    ...untrained(),
    metrics: scores,
    seconds,
    steps,
    parameters: countParameters(configuration.model, schema.columns),
    compiledBytes: memory?.peak ?? null,
  });
}

function tableDigest({ columns }: FitTableOptions["table"]): string {
  const hash = createHash("sha256");
  for (const column of columns) {
    hash.update(`${column.name}\0${column.kind}\0`);
    hash.update(new Uint8Array((column.kind === "numeric" ? column.values : column.codes).slice().buffer));
    if (column.kind === "categorical") hash.update(column.classes.join("\0"));
  }
  return hash.digest("hex");
}

/** An experiment with its settings; what is known of a run already is read, as `run` does. */
export async function experimentBench<S extends Settings>(
  experiment: Experiment<S>,
  settings: S,
  folder = LOCAL_RECORDS,
): Promise<Bench<RunRecord[]>> {
  const { profile, ...base } = settings;
  const options: OptionTable = "recipe" in settings && "model" in settings ? TABLE_OPTIONS : PROCESS_OPTIONS;
  const taken = Object.entries(options).filter(([name]) => name in settings || options === TABLE_OPTIONS);
  const [first] = await experiment.runs(settings);
  const make = async (chosen: Record<string, unknown>, signal: AbortSignal): Promise<Made<RunRecord[]>> => {
    const changes = { ...base, ...chosen } as unknown as Changes<S>;
    const changed = experiment.settings(profile, changes);
    const records = await run(experiment as Experiment, changed, { signal, records: folder });
    const count = (await experiment.runs(changed)).length;
    return {
      ...together(records, chosen, records.length < count),
      value: records,
      // A stopped run goes on from its checkpoint, a finished one becomes a longer run.
      continue: async (steps, signal) =>
        await make(
          records.length < count ? chosen : { ...chosen, steps: (records[0]?.steps ?? 0) + steps },
          signal,
        ),
    };
  };
  return {
    title: `${experiment.name}, ${profile}`,
    options: Object.fromEntries(taken),
    // Those of the first run: settings leave most of them to the profile.
    defaults: optionsOf(options, first?.program?.recipe ?? {}),
    make,
  };
}

/** The records of a call as one trial: the scores of each, and the curve of the first that has one. */
function together(records: readonly RunRecord[], options: Record<string, unknown>, stopped: boolean): Trial {
  const trials = records.map(trialOf);
  const many = records.length > 1;
  const scores = records.flatMap((record, i) =>
    Object.entries(trials[i]!.scores).slice(0, many ? 1 : undefined).map(([name, value]) =>
      [many ? `${record.model} ${record.data.name} ${name}` : name, value] as const
    )
  );
  const curved = trials.find(({ course }) => course.validation.length > 0);
  return {
    options,
    scores: Object.fromEntries(scores),
    course: curved?.course ?? { train: [], validation: [] },
    steps: Math.max(0, ...trials.map(({ steps }) => steps)),
    stopped,
    seconds: trials.reduce((sum, { seconds }) => sum + seconds, 0),
  };
}
