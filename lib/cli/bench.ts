/** `task bench`: what a training step costs on every engine, side by side. */
import { BENCH_MODELS, type BenchModel, BOSTON, SMALL } from "../bench/sizes.ts";
import { benchReport } from "../bench/report.ts";
import { type BenchPlan, runBench } from "../bench/run.ts";
import { type EngineName, ENGINES } from "../engine/mod.ts";
import { writeAtomic } from "../files.ts";
import { findPlugin } from "../setup/plugin.ts";
import { setup } from "../setup/mod.ts";
import { numberValue } from "./arguments.ts";
import { runCommand } from "./main.ts";
import { requireWritable } from "./predict_files.ts";
import { userPath } from "./user_path.ts";

const SEED = 42;
/** Variables of a trivial program, of a small optimiser, of a model with its optimiser. */
const BUFFERS = [1, 60, 300];

/** What is measured; `quick` leaves out the large size, which the interpreting engines need minutes for. */
function planOf(
  quick: boolean,
  engines: EngineName[],
  python: string | undefined,
  threads: number,
): BenchPlan {
  const small = { name: "small size", size: SMALL, engines, effort: { rounds: 5, steps: 5, seconds: 10 } };
  const boston = {
    name: "Boston size",
    size: BOSTON,
    // The cpu engine would take minutes for one step.
    engines: engines.filter((engine) => engine !== "cpu"),
    effort: { rounds: 7, steps: 4, seconds: 20 },
  };
  return {
    heats: quick ? [small] : [small, boston],
    models: Object.keys(BENCH_MODELS) as BenchModel[],
    calls: engines.includes("xla") ? { buffers: BUFFERS, calls: quick ? 500 : 2000 } : null,
    python,
    threads,
    seed: SEED,
  };
}

if (import.meta.main) {
  await runCommand({
    name: "bench",
    summary:
      "Times training steps of SPIN and NPT on every engine in turns, compilation, and calls of compiled\n" +
      "functions. With --python the same steps in PyTorch take part. Nothing else should run meanwhile.",
    options: {
      json: { type: "string", value: "FILE", help: "also write everything measured to this JSON file" },
      python: { type: "string", value: "PATH", help: "a Python interpreter with torch, to compare with" },
      threads: {
        type: "string",
        value: "N",
        help: "threads for PyTorch (default: as many as there are cores)",
      },
      quick: { type: "boolean", help: "the small size only" },
    },
    examples: ["bench", "bench --quick", "bench --python /usr/bin/python3 --json bench.json"],
  }, async ({ values }) => {
    const json = values.json === undefined ? undefined : { option: "--json", path: userPath(values.json) };
    if (json) await requireWritable(json);
    const threads = numberValue(values.threads, "--threads", { whole: true, least: 1 });
    await setup();
    const { path, reason } = await findPlugin();
    if (!path) console.log(`${reason} The bench goes on without xla.`);
    const engines = ENGINES.filter((engine) => path || engine !== "xla");
    // A path as typed is one below the user's folder; a bare name is looked up.
    const python = values.python?.includes("/") ? userPath(values.python) : values.python;
    const plan = planOf(values.quick ?? false, engines, python, threads ?? navigator.hardwareConcurrency);
    const record = await runBench(plan, (line) => console.error(`${line} ...`));
    console.log("\n" + benchReport(record));
    if (json) {
      await writeAtomic(json.path, JSON.stringify(record, null, 2) + "\n");
      console.log(`wrote ${json.path}`);
    }
  });
}
