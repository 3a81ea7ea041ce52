/** How runs are made: the record found, or the run executed with its checkpoint and progress, and its record written. */
import { join } from "node:path";
import { sha256 } from "../data/read.ts";
import { currentEngine } from "../engine/mod.ts";
import { type Progress, progress, stoppable, stopRequested } from "../progress/mod.ts";
import {
  environment,
  findRecord,
  type Json,
  peakResidentBytes,
  recordName,
  type RunIdentity,
  type RunRecord,
  shownRecord,
  shownRecords,
  writeRecord,
} from "../results/mod.ts";
import type { ExecuteOptions, Experiment, Outcome, Run, Settings } from "./experiment.ts";
import { KEPT_RECORDS, LOCAL_CHECKPOINTS, LOCAL_RECORDS } from "./profiles.ts";

/** The environment variable that says whether runs are made again whose records came with the workspace: "all". */
export const REPEAT = "SPIN_REPEAT";

/** Whether all runs are made again that have no record of this machine. */
export const repeatsAll = (): boolean => Deno.env.get(REPEAT) === "all";

/** The identity of data that a formula makes: a name, and the checksum of what it is made of. */
export function generatedData(name: string): RunIdentity["data"] {
  return { name, sha256: sha256(name) };
}

/** The file of a run's weights, or of its training state, in a folder. */
export const runFile = (folder: string, identity: RunIdentity): string =>
  join(folder, recordName(identity).replace(/\.json$/, ".safetensors"));

/** A run's record: of this machine, else one that came with the workspace. @param own the former alone */
export async function knownRecord(
  folder: string,
  identity: RunIdentity,
  own = false,
): Promise<RunRecord | undefined> {
  const here = await findRecord(folder, identity);
  return here || own || repeatsAll() ? here : await findRecord(KEPT_RECORDS, identity);
}

export async function writeOutcome(
  folder: string,
  identity: RunIdentity,
  outcome: Outcome,
): Promise<RunRecord> {
  const { compiledBytes, details = {}, ...rest } = outcome;
  const record: RunRecord = {
    ...identity,
    ...rest,
    details,
    format: 2,
    status: "complete",
    reason: null,
    memory: { compiledBytes, peakResidentBytes: await peakResidentBytes() },
    engine: await currentEngine(),
    environment: await environment(),
    date: new Date().toISOString(),
  };
  await writeRecord(folder, record);
  return shownRecord(record);
}

const identityOf = async ({ identity, identify }: Run): Promise<RunIdentity> => identity ?? await identify!();

const labelOf = ({ data, model, identity }: Run): string =>
  [
    data,
    model,
    ...identity?.fold ? [`fold ${identity.fold.index}`] : [],
    ...identity ? [`seed ${identity.seed}`] : [],
  ].join(", ");

interface RunOptions extends Pick<ExecuteOptions, "signal"> {
  /** The folder of records; that of this machine unless given. */
  records?: string;
  /** The folder of states of trainings under way. */
  checkpoints?: string;
}

/**
 * The record of one run: read, or made with a state that is kept at a stop and every minute, from which the same run goes
 * on. What has its record is not run again.
 *
 * @returns undefined if it was stopped
 * @throws UserError if something is wanting or wrong
 */
export async function runOne(
  run: Run,
  { records = LOCAL_RECORDS, checkpoints = LOCAL_CHECKPOINTS, signal, label }: RunOptions & {
    label?: string;
  } = {},
): Promise<RunRecord | undefined> {
  const identity = await identityOf(run);
  const known = await knownRecord(records, identity, run.own);
  if (known) return known;
  const checkpoint = run.steps > 0 ? runFile(checkpoints, identity) : undefined;
  if (checkpoint) await Deno.mkdir(checkpoints, { recursive: true });
  const outcome = await run.execute({ signal, label, checkpoint });
  if (!outcome) return undefined;
  const record = await writeOutcome(records, identity, outcome);
  if (checkpoint) await Deno.remove(checkpoint).catch(() => {});
  return record;
}

/** Up to so many trainings have a progress line each; more have one together. */
const OWN_LINES = 6;

/**
 * The records of all runs of an experiment: those that are there are read, the others made, one after the other. A stop
 * request ends it with the records so far; the run under way goes on from its checkpoint the next time. Runs that need
 * what is not there are left out, unless their records came with the workspace; `runSources` tells which.
 *
 * @example
 * const records = await run(experiments.uci, experiments.uci.settings("quick", { datasets: "yacht", models: "spin" }));
 */
export function run<S extends Settings, Details extends Json>(
  experiment: Experiment<S, Details>,
  settings: S,
  options: RunOptions = {},
): Promise<RunRecord<Details>[]> {
  return stoppable(() => runAll(experiment, settings, options));
}

async function runAll<S extends Settings, Details extends Json>(
  experiment: Experiment<S, Details>,
  settings: S,
  { records: folder = LOCAL_RECORDS, checkpoints, signal }: RunOptions,
): Promise<RunRecord<Details>[]> {
  const runs = await experiment.runs(settings);
  const known = await Promise.all(
    runs.map(({ identity, own, needs }) =>
      identity &&
      (needs
        ? findRecord(folder, identity).then((own) => own ?? findRecord(KEPT_RECORDS, identity))
        : knownRecord(folder, identity, own))
    ),
  );
  const open = runs.filter(({ needs }, i) => !known[i] && !needs);
  const together = open.length > OWN_LINES && settings.profile !== "paper" ||
    open.every(({ steps }) => steps === 0);
  const bar: Progress | undefined = together && open.length > 0
    ? progress(open.length, { label: `${experiment.name}, ${settings.profile}` })
    : undefined;
  const records: RunRecord[] = [];
  let done = 0;
  let stopped = false;
  try {
    for (const [i, one] of runs.entries()) {
      let record = known[i];
      if (!record && one.needs) {
        leftOut.push(one.needs);
        continue;
      }
      if (!record) {
        stopped = stopRequested(signal);
        if (stopped) break;
        bar?.update(done, labelOf(one));
        try {
          record = await runOne(one, {
            records: folder,
            checkpoints,
            signal,
            label: bar ? undefined : labelOf(one),
          });
        } catch (error) {
          if (error instanceof Error) error.message = `${one.id}: ${error.message}`;
          throw error;
        }
        stopped = !record;
        if (!record) break;
        bar?.update(++done, noteOf(one, record));
      }
      records.push(record);
      returned.push(record);
    }
  } finally {
    await bar?.done(stopped ? "stopped on request" : undefined);
  }
  if (stopped) {
    console.log(
      `${experiment.name}: stopped with ${records.length} of ${runs.length} runs; the same call goes on from there`,
    );
  }
  return shownRecords(records as RunRecord<Details>[]);
}

/** "yacht, spin: rmse 0.91" */
function noteOf({ data, model }: Run, { metrics }: RunRecord): string {
  const [first] = Object.entries(metrics);
  const value = first?.[1];
  return `${data}, ${model}` + (typeof value === "number" ? `: ${first![0]} ${value.toPrecision(3)}` : "");
}

const returned: RunRecord[] = [];
const leftOut: string[] = [];

/** The records that `run` has returned, and what the runs that it left out need, since the last call of this function. */
export const sinceLast = (): { records: RunRecord[]; needs: string[] } => ({
  records: returned.splice(0),
  needs: leftOut.splice(0),
});
