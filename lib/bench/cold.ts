/** From a process's start to a trained and scored model, nothing compiled before, beside the twin. */
import { TWIN, type Twin } from "../parity/twin.ts";
import { type ColdRecord, type ColdTime, environment } from "../results/mod.ts";
import { type Finished, lastLines, runOrExplain } from "../setup/command.ts";
import { MALLOC } from "../setup/kernel.ts";
import type { ColdResult } from "./cold_worker.ts";
import { pathOf } from "./systems.ts";

/** Notebook 00's table, and a fold of Boston. */
const JOBS = [
  ["concrete-example", "spin"],
  ["boston-housing", "spin"],
  ["boston-housing", "npt"],
  ["boston-housing", "set-transformer"],
] as const;

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
  for (const [i, [table, model]] of JOBS.entries()) {
    say(`${i + 1} of ${JOBS.length}: ${table}, ${model}, from nothing, ${rounds} rounds`);
    const time: ColdTime = { table, model, steps: 0, ours: [], cpu: [], compile: [], twin: [] };
    for (let round = 0; round < rounds; round++) {
      const worker = ["run", "--quiet", "-A", pathOf("cold_worker.ts"), table, model];
      const [line, seconds] = await timed(Deno.execPath(), worker, { ...MALLOC, SPIN_PROGRAMS: "off" });
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
