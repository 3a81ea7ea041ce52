/**
 * Jobs as arrays of Slurm, which alone knows the queue. What is kept here, a folder an array, is which job is which task of it,
 * what the tasks print (N.log), and their exit codes (N.code).
 */
import { dirname, join } from "node:path";
import { unknown } from "../data/nearest.ts";
import { UserError } from "../errors.ts";
import { LOCAL, ROOT } from "../paths.ts";
import { type Finished, lastLines, runTool } from "../setup/command.ts";
import { shellWord } from "./job_options.ts";

const SUBMITTED = join(LOCAL, "slurm");

/** Of the names that arrays have in Slurm; the rest is the name of their folder. */
const PREFIX = "spin-";

/** Tasks of an array: Slurm takes indices up to 1000 unless it is set up otherwise. */
const MOST = 1000;

/** Seconds before the end of the time limit at which a job is told to keep its state; it has 60 for that. */
const WARNING = 90;

/** What jobs ask for, in Slurm's own words. */
export interface Resources {
  partition?: string;
  time?: string;
  gpus?: number;
  cpus?: number;
  memory?: string;
  /** Tasks of an array that run at the same time at most. */
  atOnce?: number;
  /** Further options of sbatch. */
  more: readonly string[];
}

/** Seconds of a time limit as Slurm writes it: minutes, minutes:seconds, hours:minutes:seconds, or days-hours and so on. */
function secondsOf(time: string): number | undefined {
  const found = /^(?:(\d+)-)?(\d+)(?::(\d+))?(?::(\d+))?$/.exec(time);
  if (!found) return undefined;
  const [days, first, second, third] = found.slice(1).map((part) =>
    part === undefined ? undefined : Number(part)
  );
  const [hours, minutes, seconds] = days !== undefined || third !== undefined
    ? [first, second, third]
    : [0, first, second];
  return (((days ?? 0) * 24 + (hours ?? 0)) * 60 + (minutes ?? 0)) * 60 + (seconds ?? 0);
}

/** @throws UserError for a time limit that is none, or that leaves no time */
export function checkTime(time: string | undefined): void {
  if (time === undefined || (secondsOf(time) ?? 0) > 2 * WARNING) return;
  throw new UserError(
    `--time: expected a limit above ${2 * WARNING / 60} minutes as minutes, hours:minutes:seconds or ` +
      `days-hours (240, 4:00:00, 1-12), found "${time}"`,
  );
}

const optionLines = ({ partition, time, more }: Resources): string[] => [
  ...partition === undefined ? [] : [`--partition=${partition}`],
  ...time === undefined ? [] : [`--time=${time}`],
  ...more,
];

const script = (options: readonly string[], lines: readonly string[]): string =>
  [
    "#!/bin/bash",
    ...options.map((option) => `#SBATCH ${option}`),
    `cd ${shellWord(ROOT)} || exit`,
    // Set-up was made before; it locks a file, which folders shared between machines may not allow.
    `export SPIN_SETUP=off PATH=${shellWord(dirname(Deno.execPath()))}:"$PATH"`,
    ...lines,
    "",
  ].join("\n");

/** The script of an array whose folder has the commands of its tasks in jobs.txt, one a line. */
export function arrayScript(folder: string, tasks: number, resources: Resources): string {
  const { gpus, cpus, memory, atOnce } = resources;
  const options = [
    `--job-name=${PREFIX}${folder.slice(SUBMITTED.length + 1)}`,
    `--array=1-${tasks}${atOnce === undefined ? "" : `%${atOnce}`}`,
    `--output=${shellWord(join(folder, "%a.log"))}`,
    "--open-mode=append",
    `--signal=B:TERM@${WARNING}`,
    ...gpus === undefined ? [] : [`--gpus=${gpus}`],
    ...cpus === undefined ? [] : [`--cpus-per-task=${cpus}`],
    ...memory === undefined ? [] : [`--mem=${memory}`],
    ...optionLines(resources),
  ];
  return script(options, [
    ...gpus ? ["export SPIN_DEVICE=cuda"] : [],
    `folder=${shellWord(folder)}`,
    'code="$folder/$SLURM_ARRAY_TASK_ID.code"',
    'rm -f "$code"',
    'eval "exec $(sed -n "${SLURM_ARRAY_TASK_ID}p" "$folder/jobs.txt")" &',
    "job=$!",
    // The signal ends the first wait; the job then keeps its state.
    "trap 'told=1; kill -TERM $job' TERM",
    "wait $job; status=$?",
    'if [ "$told" ]; then wait $job; status=$?; fi',
    'echo $status > "$code"',
    "exit $status",
  ]);
}

/** The script that makes tables of a profile's records when some arrays have ended, however that was. */
export const tablesScript = (command: string, arrays: readonly string[], resources: Resources): string =>
  script([
    `--job-name=${PREFIX}tables`,
    `--output=${shellWord(join(SUBMITTED, "tables.log"))}`,
    `--dependency=afterany:${arrays.join(":")}`,
    ...optionLines(resources),
  ], [`exec ${command}`]);

async function slurm(program: string, args: string[]): Promise<Finished> {
  const result = await runTool(program, args, { cwd: ROOT });
  if (!result) {
    throw new UserError(
      `${program}: expected Slurm's programs on the PATH of this machine, found none; ` +
        `"deno task jobs" lists the jobs for other ways to run them`,
    );
  }
  if (result.code === 0) return result;
  throw new UserError(`${program} ended with code ${result.code}:\n${lastLines(result.stderr)}`);
}

/** @throws UserError for a partition that there is not, with the nearest ones; without Slurm */
export async function checkPartition(partition: string | undefined): Promise<void> {
  const { stdout } = await slurm("sinfo", ["--noheader", "--format=%R"]);
  const known = stdout.split("\n").filter((line) => line !== "");
  const strange = partition?.split(",").find((name) => !known.includes(name));
  if (strange === undefined) return;
  throw new UserError(`--partition: Slurm has no partition ${unknown(strange, [...new Set(known)])}`);
}

/** Gives Slurm a script; returns the job's number. @throws UserError with what Slurm said if it refused */
async function sbatch(path: string): Promise<string> {
  const { stdout } = await slurm("sbatch", ["--parsable", path]);
  return stdout.trim().split(";")[0]!;
}

/** Arrays of at most 1000 tasks for some commands: the folder of each, and its commands. */
export function arraysOf(
  commands: readonly string[],
  now = new Date(),
): { folder: string; commands: string[] }[] {
  const stamp = now.toISOString().replaceAll(/[-:.Z]/g, "");
  return Array.from({ length: Math.ceil(commands.length / MOST) }, (_, i) => ({
    folder: join(SUBMITTED, `${stamp}-${i}`),
    commands: commands.slice(i * MOST, (i + 1) * MOST),
  }));
}

/** Hands commands to Slurm, and one that follows them. @returns the numbers of the arrays, then that of the last job */
export async function submit(
  commands: readonly string[],
  tables: string,
  resources: Resources,
): Promise<string[]> {
  const numbers: string[] = [];
  for (const { folder, commands: own } of arraysOf(commands)) {
    await Deno.mkdir(folder, { recursive: true });
    // Before Slurm knows of it: a job may start at once.
    await Deno.writeTextFile(join(folder, "jobs.txt"), own.map((line) => `${line}\n`).join(""));
    const path = join(folder, "array.sh");
    await Deno.writeTextFile(path, arrayScript(folder, own.length, resources));
    try {
      numbers.push(await sbatch(path));
    } catch (error) {
      await Deno.remove(folder, { recursive: true });
      throw error;
    }
  }
  const path = join(SUBMITTED, "tables.sh");
  await Deno.writeTextFile(path, tablesScript(tables, numbers, resources));
  return [...numbers, await sbatch(path)];
}

export interface Submitted {
  state: "running" | "queued" | "ended";
  reason: string;
  /** With which code it ended; undefined if it was killed or its node was lost. */
  code?: number;
  log: string;
}

/** The jobs that were handed to Slurm, by their commands; of one that was more than once, the last time. */
export async function submitted(): Promise<Map<string, Submitted>> {
  const { stdout } = await slurm("squeue", ["--me", "--array", "--noheader", "--format=%j|%K|%T|%r"]);
  const queue = new Map(
    stdout.split("\n").filter((line) => line.startsWith(PREFIX)).map((line) => {
      const [name, index, state, reason] = line.split("|");
      return [`${name!.slice(PREFIX.length)}/${index}`, { state, reason: reason! }];
    }),
  );
  const jobs = new Map<string, Submitted>();
  const folders = await Array.fromAsync(Deno.readDir(SUBMITTED)).catch(() => []);
  for (const name of folders.filter((one) => one.isDirectory).map((one) => one.name).sort()) {
    const folder = join(SUBMITTED, name);
    const list = await Deno.readTextFile(join(folder, "jobs.txt")).catch(() => "");
    await Promise.all(
      list.trimEnd().split("\n").map(async (command, i) => {
        const queued = queue.get(`${name}/${i + 1}`);
        const code = await Deno.readTextFile(join(folder, `${i + 1}.code`)).catch(() => "");
        jobs.set(command, {
          state: !queued ? "ended" : queued.state === "PENDING" ? "queued" : "running",
          reason: queued && queued.reason !== "None" ? queued.reason : "",
          code: code.trim() === "" ? undefined : Number(code),
          log: join(folder, `${i + 1}.log`),
        });
      }),
    );
  }
  return jobs;
}
