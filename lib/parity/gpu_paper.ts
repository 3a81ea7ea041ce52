/** `task gpu:paper`: the published runs that matter most, one after the other on a GPU, within some minutes. */
import { join } from "node:path";
import { lengthOf, planTable } from "../cli/plan.ts";
import { flag, numberValue, runCommand, textOption, texts, TO_BE_CONTINUED } from "../cli/main.ts";
import { startEngine } from "../cli/start_engine.ts";
import { userPath } from "../cli/user_path.ts";
import type { Run } from "../experiments/experiment.ts";
import { machineSpeed, measurements, planRows } from "../experiments/plan.ts";
import { chosenRuns } from "../experiments/registry.ts";
import { REPEAT, runOne } from "../experiments/run.ts";
import { shown } from "../notebook/run.ts";
import { stopRequested } from "../progress/mod.ts";
import { ROOT } from "../paths.ts";
import { findRecord, readRecords, toText } from "../results/mod.ts";
import { gpuVariables, PYTHON } from "./gpu.ts";

const SETS = ["boston-housing", "concrete", "yacht", "breast-cancer"];
const TABLE_MODELS = ["spin", "npt", "set-transformer"];
const tables = SETS.flatMap((data) => TABLE_MODELS.map((model) => `uci/${data}/${model}`));
const processes = [64, 1024].flatMap((least) =>
  ["anp", "canp", "banp", "cipnp", "ipnp"].map((model) => `gp/ctx${least}/${model}`)
);
const windows = [0, 1, 2, 3, 4].flatMap((window) =>
  TABLE_MODELS.map((model) => `imputation/b1-window${window}/${model}`)
);

/** Beginnings of ids, the most important first: one run of everything, then the other folds, windows and seeds. */
const LIST = [
  ...tables.map((id) => `${id}/fold0`),
  ...processes.map((id) => `${id}/seed0`),
  ...windows.slice(0, TABLE_MODELS.length),
  ...tables,
  ...windows,
  ...processes,
];

/** What the runs need, in the order in which they are made. */
async function plan(runs: readonly Run[], records: string): Promise<void> {
  const sources = {
    records,
    known: await readRecords(records),
    measured: await measurements(),
    speed: await machineSpeed(),
  };
  const rows = await planRows(runs, sources);
  console.log(toText(planTable("Published runs, the most important first", rows, Infinity)));
  console.log(`${runs.length} runs, then the bench; to do ${lengthOf(rows)} on this machine`);
}

/**
 * Makes those of some runs that have no record, in their order, until the signal. What one of them lacks, such as data or
 * memory, the others may do without: it is told.
 *
 * @returns the ids of those that failed
 */
export async function makeRuns(runs: readonly Run[], out: string, signal: AbortSignal): Promise<string[]> {
  const failed: string[] = [];
  for (const run of runs) {
    if (stopRequested(signal)) break;
    if (run.identity && await findRecord(out, run.identity)) continue;
    try {
      const checkpoints = join(out, "checkpoints");
      const record = await runOne(run, { records: out, checkpoints, signal, label: run.id });
      if (record) console.log(`${run.id}: ${JSON.stringify(record.metrics)}`);
    } catch (error) {
      failed.push(run.id);
      console.error(`${run.id}: ${(error as Error).message}`);
    }
  }
  return failed;
}

if (import.meta.main) {
  await runCommand({
    name: "gpu:paper",
    summary:
      "Makes published runs one after the other: tables of UCI, Gaussian processes and windows of genotypes, then the bench.\n" +
      "It ends within the minutes given. The same command goes on, also on another machine with the same folder: records are\n" +
      "in it, the states of trainings in its folder checkpoints. It ends with 75 if something is left to do.",
    options: {
      minutes: textOption("N", "how long (default: 25)"),
      out: textOption("DIR", "the folder of records, states and bench.json (default: results/gpu)"),
      only: texts(
        "NAME",
        "instead of the list: jobs that begin so (uci/yacht), without the bench; may be given again",
      ),
      steps: textOption("N", "training steps instead of the published ones, to try it"),
      python: PYTHON,
      cpu: flag("on the CPU, to try it"),
      "dry-run": flag("tell what would be run and about how long it takes, by the device that is there"),
    },
    examples: ["gpu:paper --minutes 25 --python python3", "gpu:paper --dry-run"],
  }, async ({ values }) => {
    const minutes = numberValue(values.minutes, "--minutes", { least: 0.1 }) ?? 25;
    const steps = numberValue(values.steps, "--steps", { whole: true, least: 1 });
    const out = values.out === undefined ? join(ROOT, "results", "gpu") : userPath(values.out);
    const runs = await chosenRuns("paper", values.only ?? LIST, steps);
    const seconds = 60 * minutes;
    // Half a minute, if there is so much, for the step under way and for writing its state; compiling cannot be interrupted.
    const signal = AbortSignal.timeout(1000 * Math.max(seconds - 30, seconds / 2));
    setTimeout(() => Deno.exit(TO_BE_CONTINUED), 1000 * seconds);
    if (!values.cpu && !values["dry-run"]) {
      for (const [name, value] of Object.entries(await gpuVariables(values.python))) {
        Deno.env.set(name, value);
      }
    }
    console.log(await startEngine());
    if (values["dry-run"]) {
      await plan(runs, out);
      return 0;
    }
    // Records that came with the workspace are of other machines.
    Deno.env.set(REPEAT, "all");
    const failed = await makeRuns(runs, out, signal);
    const bench = join(out, "bench.json");
    const benched = values.only !== undefined || await Deno.stat(bench).then(() => true, () => false);
    if (!benched && !stopRequested(signal)) {
      const args = ["task", "bench", "--json", bench, ...values.python ? ["--python", values.python] : []];
      const { success } = await new Deno.Command(Deno.execPath(), { args, cwd: ROOT, signal }).spawn().status;
      if (!success && !stopRequested(signal)) failed.push("bench");
    }
    const made = (await readRecords(out)).length;
    console.log(
      `${made} records in ${shown(out)}${failed.length > 0 ? `; failed: ${failed.join(", ")}` : ""}`,
    );
    if (stopRequested(signal)) {
      console.log("Stopped. The same command continues.");
      return TO_BE_CONTINUED;
    }
    return failed.length > 0 ? 1 : 0;
  }, { grace: 60 });
}
