/** `task job`: one run of an experiment, by its id. */
import { findRun } from "../experiments/registry.ts";
import { REPEAT, runOne } from "../experiments/run.ts";
import { shown } from "../notebook/run.ts";
import { formatDuration } from "../progress/format.ts";
import { findRecord, recordName, type RunRecord } from "../results/mod.ts";
import { startEngine } from "./start_engine.ts";
import { jobCommand, PROFILE, profileOf, RECORDS, recordsFolder } from "./job_options.ts";
import { type Arguments, numberValue, runCommand, textOption, TO_BE_CONTINUED } from "./main.ts";

function report(record: RunRecord, records: string): string {
  const { metrics, seconds, steps, parameters } = record;
  const figures = Object.entries(metrics).map(([name, value]) =>
    `${name} ${value === null ? "–" : Number(value.toPrecision(4))}`
  );
  const { compile, train, evaluate } = seconds;
  return [
    figures.join(", "),
    `${parameters} parameters, ${steps} steps in ${formatDuration(train)}, ` +
    `compiled in ${formatDuration(compile)}, evaluated in ${formatDuration(evaluate)}`,
    `record: ${shown(`${records}/${recordName(record)}`)}`,
  ].join("\n");
}

export const JOB = {
  name: "job",
  summary:
    "Runs one of the jobs that `task jobs` lists, and leaves its record. A run that has its record is not\n" +
    "repeated. Ctrl-C and SIGTERM keep the state of a training where it can be kept and end with the code 75; the\n" +
    "same command goes on from it.",
  positional: {
    name: "ID",
    help: "as uci/boston-housing/spin/fold0; task jobs lists them",
    least: 1,
    most: 1,
  },
  options: {
    profile: { ...PROFILE, help: `${PROFILE.help} (default: paper)` },
    records: RECORDS,
    steps: textOption("N", "training steps instead of the profile's"),
  },
  examples: [
    "job uci/yacht/spin/fold0 --profile quick",
    "job gp/ctx64/ipnp/seed0 --records results/cluster",
  ],
};

export async function runJob(
  { values, positionals }: Arguments<typeof JOB.options>,
): Promise<number | void> {
  const profile = profileOf(values.profile ?? "paper");
  const records = recordsFolder(values.records);
  const steps = numberValue(values.steps, "--steps", { whole: true, least: 1 });
  const run = await findRun(positionals[0]!, profile, steps);
  const known = run.identity && await findRecord(records, run.identity);
  if (known) {
    console.log(`${run.id} has its record:\n${report(known, records)}`);
    return;
  }
  // Who names a run wants it made, though its record came with the workspace.
  Deno.env.set(REPEAT, "all");
  console.log(await startEngine());
  const record = await runOne(run, { records, label: run.id });
  if (!record) {
    console.error(
      `Stopped. The same command continues: ${jobCommand(run.id, profile, records, steps)}`,
    );
    return TO_BE_CONTINUED;
  }
  console.log(report(record, records));
}

if (import.meta.main) await runCommand(JOB, runJob, { grace: 60 });
