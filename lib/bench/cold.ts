/** From a process's start to a trained and scored model, nothing compiled before, beside the twin. */
import { TWIN, type Twin } from "../parity/twin.ts";
import { type Environment, environment, median, type TableView } from "../results/mod.ts";
import { type Finished, lastLines, runOrExplain } from "../setup/command.ts";
import type { ColdResult } from "./cold_worker.ts";
import { pathOf } from "./systems.ts";

/** Notebook 00's table, and a fold of Boston. */
const JOBS = [
  ["concrete-example", "spin"],
  ["boston-housing", "spin"],
  ["boston-housing", "npt"],
  ["boston-housing", "set-transformer"],
] as const;

interface ColdTime {
  table: string;
  model: string;
  steps: number;
  /** Wall seconds of each round. */
  ours: number[];
  /** CPU seconds of our process in each round. */
  cpu: (number | null)[];
  /** Of them compiling. */
  compile: number[];
  /** The same steps and as many rows looked at in PyTorch, its import included; without PyTorch none. */
  twin: number[];
}

export interface ColdRecord {
  format: 1;
  kind: "cold";
  date: string;
  environment: Environment;
  threads: number;
  times: ColdTime[];
}

/** Runs a program to its end, and gives the last line it prints and the seconds it took. */
async function timed(command: string, args: string[], env = {}): Promise<[string, number]> {
  const start = performance.now();
  const failed = ({ stderr }: Finished) => `${command} ${args[0]} failed:\n${lastLines(stderr)}`;
  const { stdout } = await runOrExplain(command, args, failed, { env });
  return [stdout.trimEnd().split("\n").at(-1)!, (performance.now() - start) / 1000];
}

/**
 * Times every job in turns with its twin.
 *
 * @param say receives a line before each job
 * @throws UserError if a process fails, with its last lines
 */
export async function coldTimes(
  { rounds, twin, threads }: { rounds: number; twin?: Twin; threads: number },
  say: (line: string) => void,
): Promise<ColdRecord> {
  const times: ColdTime[] = [];
  for (const [table, model] of JOBS) {
    say(`${table}, ${model}, from nothing`);
    const time: ColdTime = { table, model, steps: 0, ours: [], cpu: [], compile: [], twin: [] };
    for (let round = 0; round < rounds; round++) {
      const worker = ["run", "--quiet", "-A", pathOf("cold_worker.ts"), table, model];
      const [line, seconds] = await timed(Deno.execPath(), worker, { SPIN_PROGRAMS: "off" });
      const result: ColdResult = JSON.parse(line);
      time.steps = result.job.steps;
      time.ours.push(seconds);
      time.cpu.push(result.cpu);
      time.compile.push(result.seconds.compile);
      if (!twin) continue;
      const { python, device } = twin;
      const job = JSON.stringify({ ...result.job, threads, device });
      time.twin.push((await timed(python, [TWIN, job]))[1]);
    }
    times.push(time);
  }
  return {
    format: 1,
    kind: "cold",
    date: new Date().toISOString(),
    environment: await environment(),
    threads,
    times,
  };
}

export function coldTable({ times, environment: { cpu, cores } }: ColdRecord): TableView {
  const seconds = (values: (number | null)[]) =>
    values.length === 0 || values.includes(null) ? "" : `${median(values as number[]).toFixed(1)} s`;
  return {
    title: "From the start of a process to a trained and scored model, nothing compiled before",
    head: ["", "steps", "ours", "of it compiling", "CPU time", "PyTorch", "ours / PyTorch"],
    rows: times.map(({ table, model, steps, ours, compile, cpu, twin }) => ({
      label: `${table}, ${model}`,
      cells: [
        String(steps),
        seconds(ours),
        seconds(compile),
        seconds(cpu),
        seconds(twin),
        twin.length > 0 ? (median(ours) / median(twin)).toFixed(2) : "",
      ].map((text) => ({ text, best: false })),
    })),
    notes: [
      "PyTorch: eager; its import, as many steps of the same model with Adam, as many rows predicted at each evaluation.",
      `Medians of ${times[0]?.ours.length} rounds in turns on ${cpu}, ${cores} cores.`,
    ],
  };
}
