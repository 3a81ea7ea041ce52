/** `task submit`: the jobs of a profile for Slurm, and where they stand. */
import { shown } from "../notebook/run.ts";
import { cell, type TableView, toText } from "../results/mod.ts";
import { setup } from "../setup/mod.ts";
import {
  type Job,
  jobsOf,
  leftOut,
  ONLY,
  PROFILE,
  profileOf,
  RECORDS,
  recordsFolder,
  recordsWords,
  STEPS,
} from "./job_options.ts";
import { type Arguments, flag, numberValue, runCommand, textOption, texts, TO_BE_CONTINUED } from "./main.ts";
import {
  arrayScript,
  arraysOf,
  checkPartition,
  checkTime,
  type Resources,
  submit,
  type Submitted,
  submitted,
  tablesScript,
} from "./slurm.ts";

const STATES = ["done", "running", "queued", "to be continued", "failed", "missing"] as const;
type State = (typeof STATES)[number];

/** A record is what counts; a run whose record is not known by name has ended well if its job says so. */
function stateOf({ recorded, run }: Job, known: Submitted | undefined): State {
  if (recorded) return "done";
  if (!known) return "missing";
  if (known.state !== "ended") return known.state;
  if (known.code === 0) return run.identity ? "missing" : "done";
  return known.code === TO_BE_CONTINUED ? "to be continued" : "failed";
}

type Placed = { job: Job; known: Submitted | undefined; state: State };

/** Jobs by state, a row for each experiment and data set. */
function stateTable(title: string, placed: readonly Placed[]): TableView {
  const groups = Map.groupBy(placed, ({ job }) => job.run.id.split("/").slice(0, 2).join("/"));
  return {
    title,
    head: ["", "jobs", ...STATES],
    rows: [...groups].map(([label, own]) => ({
      label,
      cells: [own.length, ...STATES.map((state) => own.filter((one) => one.state === state).length)]
        .map((count) => cell(String(count))),
    })),
    notes: [],
  };
}

/** "failed: uci/yacht/spin/fold0, code 1, results/local/slurm/…/3.log: the last line of it" */
async function endLine({ job, known, state }: Placed): Promise<string> {
  const { code, log } = known!;
  const last = (await Deno.readTextFile(log).catch(() => "")).trimEnd().split("\n").at(-1)!;
  const how = code === undefined ? "killed, or its node was lost" : `code ${code}`;
  return `${state}: ${job.run.id}, ${how}, ${shown(log)}: ${last}`;
}

export const SUBMIT = {
  name: "submit",
  summary:
    "Hands the jobs that `task jobs` lists to Slurm, as arrays, and after them a job that makes the tables. Jobs that have\n" +
    "their record or are in the queue are left out, so the same command again submits what failed, was killed or ran out\n" +
    "of time; trainings go on from their states. Nodes share this folder, and `task setup` has been run in it.",
  options: {
    profile: { ...PROFILE, help: `${PROFILE.help} (default: paper)` },
    only: ONLY,
    records: RECORDS,
    steps: STEPS,
    partition: textOption("NAME", "of Slurm, where the jobs run"),
    time: textOption("LIMIT", "of each job, as 4:00:00; 90 seconds before, it keeps its state and ends"),
    gpus: textOption("N", "GPUs of each job, which then runs on the GPU"),
    cpus: textOption("N", "cores of each job"),
    memory: textOption("SIZE", "of each job, as 16G"),
    "at-once": textOption("N", "jobs of an array that run at the same time at most"),
    sbatch: texts("OPTION", "another option of sbatch, as --sbatch=--account=NAME; may be given again"),
    status: flag("instead: tell which jobs are done, running, queued, failed or missing"),
    "dry-run": flag("instead: print what Slurm would be given"),
  },
  examples: [
    "submit --profile paper --only uci --partition NAME --gpus 1 --time 4:00:00",
    "submit --profile paper --only uci --status",
  ],
};

export async function runSubmit(
  { values }: Arguments<typeof SUBMIT.options>,
): Promise<number | void> {
  const profile = profileOf(values.profile ?? "paper");
  const records = recordsFolder(values.records);
  const count = (name: "gpus" | "cpus" | "at-once" | "steps", least: number) =>
    numberValue(values[name], `--${name}`, { whole: true, least });
  const resources: Resources = {
    partition: values.partition,
    time: values.time,
    gpus: count("gpus", 0),
    cpus: count("cpus", 1),
    memory: values.memory,
    atOnce: count("at-once", 1),
    more: values.sbatch ?? [],
  };
  checkTime(values.time);
  const steps = count("steps", 1);
  const all = await jobsOf(profile, records, { only: values.only, steps });
  const jobs = all.filter(({ run, recorded }) => recorded || !run.needs);
  const tables = `deno task results --profile ${profile}${recordsWords(records)}`;
  for (const [needs, own] of Map.groupBy(all.filter((job) => !jobs.includes(job)), leftOut)) {
    console.error(`left out, ${needs}: ${own.length}`);
  }
  if (values["dry-run"]) {
    const arrays = arraysOf(jobs.filter(({ recorded }) => !recorded).map(({ command }) => command));
    for (const { folder, commands } of arrays) {
      console.log(`# ${shown(folder)}/jobs.txt\n${commands.join("\n")}\n`);
      console.log(`# ${shown(folder)}/array.sh\n${arrayScript(folder, commands.length, resources)}`);
    }
    console.log(tablesScript(tables, arrays.map((_, i) => `ARRAY${i}`), resources));
    return 0;
  }

  if (!values.status) await checkPartition(values.partition);
  const known = await submitted();
  const placed = jobs.map((job): Placed => {
    const own = known.get(job.command);
    return { job, known: own, state: stateOf(job, own) };
  });
  if (values.status) {
    console.log(toText(stateTable(`Jobs, ${profile}`, placed)));
    const ended = placed.filter(({ state }) => state === "failed" || state === "to be continued");
    for (const line of await Promise.all(ended.map(endLine))) console.log(line);
    for (const [reason, own] of Map.groupBy(placed, ({ known }) => known?.reason)) {
      if (reason) console.log(`${own.length} in the queue: ${reason}`);
    }
    return 0;
  }

  const open = placed.filter(({ state }) => !["done", "running", "queued"].includes(state));
  if (open.length > 0) await setup();
  const numbers = open.length > 0 ? await submit(open.map(({ job }) => job.command), tables, resources) : [];
  for (const [state, own] of Map.groupBy(placed, ({ state }) => state)) {
    console.log(`${state}: ${own.length}, ${open.includes(own[0]!) ? "submitted" : "left out"}`);
  }
  if (open.length > 0) {
    console.log(`arrays ${numbers.slice(0, -1).join(", ")}; tables after them: job ${numbers.at(-1)}`);
  }
  return 0;
}

if (import.meta.main) await runCommand(SUBMIT, runSubmit);
