/** `task plan`: what the experiments need, before anything is started. */
import {
  machineSpeed,
  measurements,
  neededBytes,
  type PlanRow,
  planRows,
  type PlanSources,
} from "../experiments/plan.ts";
import { KEPT_RECORDS, type Profile, PROFILES } from "../experiments/profiles.ts";
import { chosenRuns, experimentsOf } from "../experiments/registry.ts";
import { formatDuration } from "../progress/format.ts";
import { progress, stopRequested } from "../progress/mod.ts";
import { cell, counted, environment, readRecords, type TableView, toText } from "../results/mod.ts";
import { startEngine } from "./start_engine.ts";
import { ONLY, PROFILE, profileOf, RECORDS, recordsFolder } from "./job_options.ts";
import { type Arguments, flag, numberValue, runCommand, textOption } from "./main.ts";

const about = ({ source }: PlanRow, text: string): string => source === "estimate" ? `~${text}` : text;

/** "3.2 GB", "48 MB". */
const formatBytes = (bytes: number): string =>
  bytes >= 1e9 ? `${(bytes / 1e9).toFixed(1)} GB` : `${(bytes / 1e6).toFixed(0)} MB`;

/** "40 days", "3 h 10 min". */
function formatLong(seconds: number): string {
  const days = seconds / 86_400;
  return days < 2 ? formatDuration(seconds) : `${days < 10 ? days.toFixed(1) : Math.round(days)} days`;
}

const jobsIn = (rows: readonly PlanRow[]): number => rows.reduce((sum, { runs }) => sum + runs.length, 0);

/** Seconds that the jobs without a record take one after another, and how many of them nothing is known of. */
function remaining(rows: readonly PlanRow[]): { seconds: number; unknown: number } {
  let [seconds, unknown] = [0, 0];
  for (const row of rows) {
    const open = row.runs.length - row.recorded;
    if (row.runSeconds === null) unknown += open;
    else seconds += open * row.runSeconds;
  }
  return { seconds, unknown };
}

/** "3 min", "~2 days and 5 jobs of unknown length". */
export function lengthOf(rows: readonly PlanRow[]): string {
  const { seconds, unknown } = remaining(rows);
  const sign = rows.some(({ source, runs, recorded }) => source === "estimate" && recorded < runs.length)
    ? "~"
    : "";
  const time = `${sign}${formatLong(seconds)}`;
  const more = `${counted(unknown, "job")} of unknown length`;
  if (unknown === 0) return time;
  return seconds === 0 ? more : `${time} and ${more}`;
}

/** The plan of one experiment. @param memory bytes of this machine: what needs more is marked */
export function planTable(title: string, rows: readonly PlanRow[], memory: number): TableView {
  const needs = Map.groupBy(rows.filter((row) => row.needs), (row) => row.needs);
  const dash = (value: number | null, write: (value: number) => string, row: PlanRow) =>
    value === null ? "–" : about(row, write(value));
  return {
    title,
    head: ["data, model", "jobs", "done", "parameters", "memory", "steps", "a step", "to do", "from"],
    rows: rows.map((row) => {
      const cells = [
        String(row.runs.length),
        String(row.recorded),
        row.parameters === null ? "–" : row.parameters.toLocaleString("en"),
        dash(row.bytes, formatBytes, row) + (row.bytes !== null && row.bytes > memory ? " !" : ""),
        row.steps === 0 ? "–" : row.steps.toLocaleString("en"),
        dash(row.stepSeconds, formatDuration, row),
        row.recorded === row.runs.length ? "–" : dash(
          row.runSeconds === null ? null : row.runSeconds * (row.runs.length - row.recorded),
          formatLong,
          row,
        ),
        row.needs ? "needs data" : row.source === "unknown" ? "–" : row.source,
      ];
      return { label: `${row.data}, ${row.model}`, cells: cells.map((text) => cell(text)) };
    }),
    notes: [...needs].map(([what, own]) => `needs ${what}: ${counted(jobsIn(own), "job")}`),
  };
}

interface Planned {
  profile: Profile;
  name: string;
  rows: PlanRow[];
}

async function plan(
  profiles: readonly Profile[],
  only: string[] | undefined,
  sources: PlanSources,
): Promise<Planned[]> {
  const planned: Planned[] = [];
  for (const profile of profiles) {
    const runs = Map.groupBy(await chosenRuns(profile, only), ({ id }) => id.split("/")[0]!);
    for (const [name, own] of runs) planned.push({ profile, name, rows: await planRows(own, sources) });
  }
  return planned;
}

/** Measures the programs that can be, and says which are not; a stop request ends it with what there is. */
async function measure(planned: readonly Planned[], sources: PlanSources, limit: number): Promise<void> {
  const rows = planned.flatMap((one) => one.rows)
    .filter(({ source, shape }) => source !== "measured" && shape !== undefined);
  const open = rows.filter((row) => {
    const needed = neededBytes(row);
    if (needed <= limit) return row.needs === undefined;
    const why = `needs about ${formatBytes(needed)}, ${formatBytes(limit)} are free`;
    console.error(`not measured: ${row.data}, ${row.model} ${why}`);
    return false;
  });
  const bar = progress(open.length, { label: "measuring" });
  for (const [done, { data, model, runs }] of open.entries()) {
    if (stopRequested()) break;
    bar.update(done, `${data}, ${model}`);
    await sources.measured!.measure(runs[0]!.program!, data);
    bar.update(done + 1);
  }
  await bar.done();
}

function print(planned: readonly Planned[], memory: number): void {
  for (const { profile, name, rows } of planned) {
    console.log(toText(planTable(`${name}, ${profile}`, rows, memory)));
  }
  console.log("Together, one job after another:");
  for (const profile of PROFILES) {
    const own = planned.filter((one) => one.profile === profile).flatMap(({ rows }) => rows);
    if (own.length === 0) continue;
    const done = own.reduce((sum, row) => sum + row.recorded, 0);
    console.log(`  ${profile}: ${jobsIn(own)} jobs, ${done} done, to do ${lengthOf(own)}`);
  }
}

/** How the numbers were made. */
function notes(planned: readonly Planned[], here: string, memory: number, speed: number): string {
  const rows = planned.flatMap((one) => one.rows);
  const machines = [...new Set(rows.flatMap(({ machine }) => machine ?? []))];
  const has = (source: PlanRow["source"]) => rows.some((row) => row.source === source);
  return [
    `This machine: ${here}.`,
    "Times are those of training steps, without compiling and tests; of measurements, of the whole run.",
    ...(has("measured")
      ? ["measured: the largest step of the program, compiled and timed on this machine."]
      : []),
    ...(has("record") ? [`record: from runs of the same program on ${machines.join("; ")}.`] : []),
    ...(has("estimate")
      ? [
        "~ estimate: from the parameters and from formulas of multiply-adds and of numbers kept for the gradient, with rates " +
        "that were fitted on the committed records (AMD EPYC, 2 cores), which they meet within about a factor of 2. " +
        `This machine multiplies matrices ${speed.toFixed(2)} times as fast as that one. ` +
        "--measure replaces estimates.",
      ]
      : []),
    ...(rows.some(({ bytes }) => bytes !== null && bytes > memory)
      ? [`! more than this machine's ${formatBytes(memory)}.`]
      : []),
  ].join("\n");
}

export const PLAN = {
  name: "plan",
  summary:
    "Tells what the experiments need: jobs, parameters, memory and time of a training step, and all of it together.\n" +
    "Nothing is run without --measure.",
  options: {
    profile: { ...PROFILE, help: `${PROFILE.help} (default: both)` },
    only: ONLY,
    records: RECORDS,
    measure: flag("compile each program, take two steps, and keep what that took"),
    "limit-memory": textOption("GB", "measure nothing that needs more (default: what is free)"),
  },
  examples: ["plan --profile quick", "plan --profile paper --only uci --measure --limit-memory 8"],
};

export async function runPlan({ values }: Arguments<typeof PLAN.options>): Promise<void> {
  const profiles = values.profile === undefined ? PROFILES : [profileOf(values.profile)];
  const limit = numberValue(values["limit-memory"], "--limit-memory", { least: 0 });
  experimentsOf(values.only?.map((word) => word.split("/")[0]!));
  const engine = await startEngine();
  const records = recordsFolder(values.records);
  const folders = [...new Set([records, KEPT_RECORDS])];
  const known = (await Promise.all(folders.map(readRecords))).flat();
  const speed = await machineSpeed();
  const sources: PlanSources = { records, known, measured: await measurements(), speed };
  let planned = await plan(profiles, values.only, sources);
  const { total, available } = Deno.systemMemoryInfo();
  if (values.measure) {
    await measure(planned, sources, limit === undefined ? available : limit * 1e9);
    planned = await plan(profiles, values.only, sources);
  }
  print(planned, total);
  const { cpu, cores } = await environment();
  const here = `${cpu}, ${cores} cores; ${engine}`;
  console.log(`\n${notes(planned, here, total, speed)}`);
}

if (import.meta.main) await runCommand(PLAN, runPlan, { grace: 60 });
