/** `task bench`: what a training step costs on every engine, side by side. */
import { existsSync } from "node:fs";
import { isCudaPlugin } from "@spin/xla/plugins";
import { coldTimes } from "../bench/cold.ts";
import type { Effort } from "../bench/race.ts";
import { benchReport } from "../bench/report.ts";
import {
  type BenchCheckpoint,
  type BenchComparison,
  type BenchFound,
  type BenchPlan,
  runBench,
} from "../bench/run.ts";
import {
  BENCH_MODELS,
  type BenchModel,
  BOSTON,
  IMPUTATION,
  processSize,
  SMALL,
  type TableSize,
  tableStep,
} from "../bench/sizes.ts";
import { endAll } from "../bench/systems.ts";
import { TFJS_PROGRAMS } from "../bench/tfjs.ts";
import { findDevice } from "../engine/device.ts";
import { type EngineName, ENGINES } from "../engine/mod.ts";
import { findTensorflow } from "../engine/tensorflow_bundle.ts";
import { UserError } from "../errors.ts";
import { writeAtomic } from "../files.ts";
import { type Twin, TWIN_NAMES, twinCases, type TwinName, twinsOf } from "../parity/twin.ts";
import { coldTable, environment, toText } from "../results/mod.ts";
import { runTool } from "../setup/command.ts";
import { setup } from "../setup/mod.ts";
import { type Arguments, flag, numberValue, onInterrupt, runCommand, textOption } from "./main.ts";
import { requireWritable, userPath } from "./user_path.ts";

const SEED = 42;
const MODELS = Object.keys(BENCH_MODELS) as BenchModel[];
/** Variables of a trivial program, of a small optimiser, of a model with its optimiser. */
const BUFFERS = [1, 60, 300];

/** Context and target points of the neural process. */
const POINTS = [[32, 32], [512, 256], [2048, 256]] as const;

/** What is measured; `quick` leaves out the large sizes, which the interpreting engines need minutes for. */
function planOf(quick: boolean, engines: EngineName[], twin: Twin | undefined, threads: number): BenchPlan {
  // The cpu engine would take minutes for one large step, and wasm for the largest.
  const large = engines.filter((engine) => engine !== "cpu");
  const largest = large.filter((engine) => engine !== "wasm");
  const table = (
    group: string,
    model: BenchModel,
    size: TableSize,
    engines: EngineName[],
    effort: Effort,
  ) => ({
    group,
    label: model,
    config: tableStep(model, size, SEED),
    engines,
    effort,
  });
  const processes: BenchComparison[] = (quick ? POINTS.slice(0, 1) : POINTS).map(([context, targets]) => ({
    group: "neural process",
    label: `IPNP ${context} + ${targets}`,
    config: { ...processSize(context, targets), seed: SEED },
    engines: context > 1000 ? largest : large,
    effort: { rounds: 9, steps: Math.ceil(2000 / context / (context < 100 ? 3 : 1)), seconds: 12 },
  }));
  const small = MODELS.map((model) =>
    table("small tables", model, SMALL, engines, { rounds: 5, steps: 5, seconds: 4 })
  );
  const boston = MODELS.map((model) =>
    table("Boston size", model, BOSTON, large, { rounds: 5, steps: 3, seconds: 10 })
  );
  const imputation = table("imputation size", "SPIN, nested", IMPUTATION, largest, {
    rounds: 5,
    steps: 2,
    seconds: 15,
  });
  return {
    comparisons: quick ? [...processes, ...small] : [...processes, ...boston, imputation, ...small],
    parity: twinCases(SEED),
    calls: engines.includes("xla") ? { buffers: BUFFERS, calls: quick ? 500 : 2000 } : null,
    twin,
    threads,
    seed: SEED,
  };
}

/** What users of tfjs run, on the engines that train all of it. */
function tfjsPlan(engines: EngineName[], threads: number): BenchPlan {
  const comparisons = TFJS_PROGRAMS.map(({ group, label }) => ({
    group,
    label,
    config: { kind: "tfjs", group, label, seed: SEED } as const,
    engines: engines.filter((engine) => engine !== "cpu"),
    effort: { rounds: 5, steps: 30, seconds: 20 },
  }));
  return { comparisons, parity: {}, calls: null, threads, seed: SEED };
}

/** The checkpoint of a bench beside its record: a run of the same plan, code and machine goes on from it. */
async function checkpointOf(
  file: string,
  plan: BenchPlan,
): Promise<BenchCheckpoint & { end(): Promise<void> }> {
  const path = `${file}.checkpoint`;
  const { commit, cpu } = await environment();
  const identity = JSON.stringify({ plan, commit, cpu });
  const text = await Deno.readTextFile(path).catch(() => null);
  let earlier: { identity: string; found: BenchFound } | undefined;
  try {
    if (text !== null) earlier = JSON.parse(text);
  } catch {
    throw new UserError(`${path}: expected the checkpoint of a bench, found other text; remove it`);
  }
  if (earlier && earlier.identity !== identity) {
    throw new UserError(
      `${path} is of a bench with other options, of another commit or machine: remove it, or name another file`,
    );
  }
  return {
    found: earlier?.found,
    write: (found) => writeAtomic(path, JSON.stringify({ identity, found })),
    end: () => Deno.remove(path),
  };
}

/** The twins to time. @throws UserError for an unknown one, or without any that can be imported */
async function namesOf(python: string, asked: string | undefined): Promise<TwinName[]> {
  if (!await runTool(python, ["--version"])) {
    throw new UserError(
      `--python: expected an interpreter of Python, found ${python}, which cannot be started`,
    );
  }
  const importable = await twinsOf(python);
  if (importable.length === 0) {
    throw new UserError(
      `--python: expected an interpreter that can import torch or jax, found ${python}, which can import neither`,
    );
  }
  const names = asked?.split(",").map((name) => name.trim()) ?? importable;
  const strange = names.find((name) => !importable.includes(name as TwinName));
  if (strange !== undefined) {
    const known = `${TWIN_NAMES.join(", ")} that ${python} can import (${importable.join(", ")})`;
    throw new UserError(`--beside: expected some of ${known}, found "${strange}"`);
  }
  return names as TwinName[];
}

/**
 * The folder of all that a bench leaves for its processes; it goes with the command, however that ends.
 *
 * @param checkpoint the file of what is finished
 */
async function workIn(checkpoint: string | undefined): Promise<() => void> {
  const folder = await Deno.makeTempDir({ prefix: "spin-bench-" });
  Deno.env.set("TMPDIR", folder);
  const remove = () => {
    try {
      Deno.removeSync(folder, { recursive: true });
    } catch {
      // A process that is being ended may still write there.
    }
  };
  const forget = onInterrupt(() => {
    const kept = checkpoint !== undefined && existsSync(checkpoint);
    console.error(
      kept
        ? `stopped; what was finished is in ${checkpoint}, and the same command goes on from there`
        : "stopped; nothing is kept of what was measured",
    );
    endAll();
    remove();
  });
  return () => {
    forget();
    remove();
  };
}

/** Options that have no effect beside another one. */
const ALONE = { tfjs: ["cold", "quick", "python"], cold: ["engines", "beside"] } as const;

export const BENCH = {
  name: "bench",
  summary:
    "Times training steps of IPNP, SPIN and NPT on every engine in turns, compilation, and calls of compiled\n" +
    "functions. With --python the same steps in PyTorch, torch.compile and JAX take part. Nothing else should run meanwhile.",
  options: {
    json: textOption(
      "FILE",
      "also write everything measured to this JSON file; an interrupted bench goes on from FILE.checkpoint",
    ),
    python: textOption("PATH", "a Python interpreter with torch, JAX or both, to compare with"),
    beside: textOption(
      "A,B",
      `only these of ${TWIN_NAMES.join(", ")} (default: those that can be imported)`,
    ),
    threads: textOption("N", "threads for PyTorch (default: as many as there are cores)"),
    engines: textOption("A,B", `only these of ${ENGINES.join(", ")}`),
    quick: flag("the small sizes only"),
    tfjs: flag(
      "instead: the package's examples and model.fit of tfjs-layers, beside tfjs-node and tfjs-wasm; without --quick, --cold, --python",
    ),
    cold: flag("instead: whole trainings from nothing, from a process's start to the score"),
  },
  examples: ["bench", "bench --quick", "bench --python /usr/bin/python3 --json bench.json"],
};

export async function runBenchCommand(
  { values }: Arguments<typeof BENCH.options>,
): Promise<void> {
  const json = values.json === undefined ? undefined : { option: "--json", path: userPath(values.json) };
  if (json) await requireWritable(json);
  const threads = numberValue(values.threads, "--threads", { whole: true, least: 1 });
  const asked = values.engines?.split(",").map((name) => name.trim()) ?? ENGINES;
  const strange = asked.find((name) => !ENGINES.includes(name as EngineName));
  if (strange !== undefined) {
    throw new UserError(`--engines: expected some of ${ENGINES.join(", ")}, found "${strange}"`);
  }
  for (const [one, others] of Object.entries(ALONE)) {
    const found = values[one as keyof typeof ALONE] && others.find((name) => values[name] !== undefined);
    if (found) throw new UserError(`--${one} takes no --${found}; leave one of the two out`);
  }
  const alone = (["beside", "threads"] as const).find((name) => values[name] !== undefined);
  if (alone && values.python === undefined) {
    throw new UserError(
      `--${alone}: expected --python beside it, which says with what to compare; found none`,
    );
  }
  await setup();
  const { path, reason } = await findDevice();
  if (!path) console.log(`${reason} The bench goes on without xla.`);
  const tensorflow = await findTensorflow();
  const engines = ENGINES.filter((engine) =>
    asked.includes(engine) && (engine === "xla" ? path : engine === "tensorflow" ? tensorflow : true)
  );
  if (values.engines !== undefined && asked.includes("tensorflow") && !tensorflow) {
    throw new UserError("--engines: tensorflow is not installed; deno task setup --tensorflow installs it");
  }
  if (engines.every((engine) => values.tfjs && engine === "cpu")) {
    throw new UserError(`--engines: expected one that takes part, found ${asked.join(", ")}`);
  }
  // A path as typed is one below the user's folder; a bare name is looked up.
  const python = values.python?.includes("/") ? userPath(values.python) : values.python;
  const count = threads ?? navigator.hardwareConcurrency;
  const device = path && isCudaPlugin(path) ? "cuda" : "cpu";
  const twin = python === undefined
    ? undefined
    : { python, threads: count, device, names: await namesOf(python, values.beside) } as const;
  const say = (line: string) => console.error(`${line} ...`);
  const plan = values.tfjs ? tfjsPlan(engines, count) : planOf(values.quick ?? false, engines, twin, count);
  const checkpoint = json && !values.cold ? await checkpointOf(json.path, plan) : undefined;
  if (checkpoint?.found) say(`going on from ${json!.path}.checkpoint`);
  // A bench of whole trainings is not continued.
  const leave = await workIn(checkpoint && `${json!.path}.checkpoint`);
  const record =
    await (values.cold
      ? coldTimes({ rounds: values.quick ? 1 : 3, twin, threads: count }, say)
      : runBench(plan, say, checkpoint)).finally(leave);
  console.log("\n" + (record.kind === "cold" ? toText(coldTable(record)) : benchReport(record)));
  if (json) {
    await writeAtomic(json.path, JSON.stringify(record, null, 2) + "\n");
    await checkpoint?.end();
    console.log(`wrote ${json.path}`);
  }
}

if (import.meta.main) await runCommand(BENCH, runBenchCommand);
