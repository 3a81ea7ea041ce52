/** `task plan`: what the experiments need, before anything is started. */
import { currentEngine, describeEngine, useEngine } from "../engine/mod.ts";
import {
  machineSpeed,
  measurements,
  neededBytes,
  type PlanRow,
  planRows,
  type PlanSources,
} from "../experiments/plan.ts";
import { experimentsOf } from "../experiments/registry.ts";
import { KEPT_RECORDS, type Profile, PROFILES } from "../experiments/profiles.ts";
import { progress, stopRequested } from "../progress/mod.ts";
import { environment, readRecords, toText } from "../results/mod.ts";
import { setup } from "../setup/mod.ts";
import { numberValue } from "./arguments.ts";
import { PROFILE, profileOf, RECORDS, recordsOf } from "./job_options.ts";
import { runCommand } from "./main.ts";
import { formatBytes, lengthOf, planTable } from "./plan_table.ts";

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
    for (const experiment of experimentsOf(only)) {
      const { name } = experiment;
      planned.push({
        profile,
        name,
        rows: await planRows(await experiment.runs(experiment.settings(profile)), sources),
      });
    }
  }
  return planned;
}

/** Measures the programs that can be, and says which are not; a stop request ends it with what there is. */
async function measure(planned: readonly Planned[], sources: PlanSources, limit: number): Promise<void> {
  const rows = planned.flatMap((one) => one.rows)
    .filter(({ source, shape }) => source !== "measured" && shape !== undefined);
  const open = rows.filter((row) => {
    const needed = neededBytes(row);
    const fits = needed <= limit;
    const { data, model } = row;
    if (!fits) {
      console.error(
        `not measured: ${data}, ${model} needs about ${formatBytes(needed)}, ${formatBytes(limit)} are free`,
      );
    }
    return fits && row.needs === undefined;
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
    const jobs = own.reduce((sum, row) => sum + row.runs.length, 0);
    const done = own.reduce((sum, row) => sum + row.recorded, 0);
    console.log(`  ${profile}: ${jobs} jobs, ${done} done, to do ${lengthOf(own)}`);
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
        "that were fitted on the committed records (AMD EPYC, 2 cores), which they meet within about a factor of 2. This " +
        `machine multiplies matrices ${
          speed.toFixed(2)
        } times as fast as that one. --measure replaces estimates.`,
      ]
      : []),
    ...(rows.some(({ bytes }) => bytes !== null && bytes > memory)
      ? [`! more than this machine's ${formatBytes(memory)}.`]
      : []),
  ].join("\n");
}

if (import.meta.main) {
  await runCommand({
    name: "plan",
    summary:
      "Tells what the experiments need: jobs, parameters, memory and time of a training step, and all of it together.\n" +
      "Nothing is run without --measure.",
    options: {
      profile: { ...PROFILE, help: `${PROFILE.help} (default: both)` },
      only: {
        type: "string",
        multiple: true,
        value: "NAME",
        help: "this experiment alone; may be given again",
      },
      records: RECORDS,
      measure: { type: "boolean", help: "compile each program, take two steps, and keep what that took" },
      "limit-memory": {
        type: "string",
        value: "GB",
        help: "measure nothing that needs more (default: what is free)",
      },
    },
    examples: ["plan --profile quick", "plan --profile paper --only uci --measure --limit-memory 8"],
  }, async ({ values }) => {
    const profiles = values.profile === undefined ? PROFILES : [profileOf(values.profile)];
    const limit = numberValue(values["limit-memory"], "--limit-memory", { least: 0 });
    experimentsOf(values.only);
    const asked = Deno.env.get("SPIN_ENGINE");
    if (!asked || asked === "xla") await setup();
    await useEngine();
    const records = recordsOf(values.records);
    const folders = [...new Set([records, KEPT_RECORDS])];
    const known = (await Promise.all(folders.map(readRecords))).flat();
    const speed = await machineSpeed();
    const sources: PlanSources = {
      records,
      known,
      measured: await measurements(),
      speed,
    };
    let planned = await plan(profiles, values.only, sources);
    const { total, available } = Deno.systemMemoryInfo();
    if (values.measure) {
      await measure(planned, sources, limit === undefined ? available : limit * 1e9);
      planned = await plan(profiles, values.only, sources);
    }
    print(planned, total);
    const { cpu, cores } = await environment();
    const here = `${cpu}, ${cores} cores; ${describeEngine(await currentEngine())}`;
    console.log(`\n${notes(planned, here, total, speed)}`);
  }, { grace: 60 });
}
