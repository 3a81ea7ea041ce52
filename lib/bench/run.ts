import type { EngineName } from "../engine/mod.ts";
import { type Twin, type TwinParity, twinParity, twinSystem } from "../parity/twin.ts";
import { type Environment, environment } from "../results/mod.ts";
import type { CallCost } from "./calls.ts";
import { type Effort, race, type Timed } from "./race.ts";
import { describeSize, type StepConfig } from "./sizes.ts";
import { engineSystem, startWorker, type System } from "./systems.ts";
import type { TfjsProgram } from "./tfjs.ts";
import type { Facts } from "./worker.ts";

/** What a system takes steps of. What users of tfjs run has no twins. */
export type BenchConfig = StepConfig | TfjsProgram;

export interface BenchComparison {
  /** Comparisons of one group make one table. */
  group: string;
  /** What the program is called there. */
  label: string;
  config: BenchConfig;
  engines: EngineName[];
  effort: Effort;
}

export interface BenchPlan {
  comparisons: BenchComparison[];
  /** Small programs of which our engine and the twin must compute the same, by what they are called. */
  parity: Record<string, StepConfig>;
  /** Variables of the programs whose call is timed, and how often; none on engines without `jit`. */
  calls: { buffers: number[]; calls: number } | null;
  twin?: Twin;
  threads: number;
  seed: number;
}

export interface ComparisonResult extends Pick<BenchComparison, "group" | "label" | "config"> {
  timed: Timed[];
  /** Of the engine that compiles: a process that had no compiled program to begin with, and the next one. */
  cold: Start | null;
  warm: Start | null;
}

/** A process that takes one step and ends. */
type Start = Pick<Facts, "compileSeconds" | "programs" | "firstStep" | "resident">;

export interface BenchRecord {
  format: 2;
  kind: "bench";
  date: string;
  seed: number;
  threads: number;
  environment: Environment;
  /** Load averages of the machine over one minute: above 1 something else was running before. */
  load: { before: number; after: number };
  comparisons: ComparisonResult[];
  calls: CallCost[];
  parity: TwinParity[];
}

/** Where a bench writes what it has found so far, to go on from there after an error or a stop. */
export interface BenchCheckpoint {
  /** What an earlier run of the same plan found; none: from the start. */
  found?: BenchFound;
  write(found: BenchFound): Promise<void>;
}

export type BenchFound = Pick<BenchRecord, "comparisons" | "calls" | "parity">;

/**
 * Runs a bench.
 *
 * @param say receives a line before each part
 * @throws UserError if an engine or the twin cannot be started.
 */
export async function runBench(
  plan: BenchPlan,
  say: (line: string) => void,
  checkpoint?: BenchCheckpoint,
): Promise<BenchRecord> {
  const { comparisons, calls, twin, threads, seed } = plan;
  const before = Deno.loadavg()[0]!;
  const found = checkpoint?.found ?? { comparisons: [], calls: [], parity: [] };
  if (twin && found.parity.length === 0) {
    // What torch.compile makes of a twin is compared by itself.
    for (const name of twin.names.filter((name) => name !== "torch.compile")) {
      for (const [label, config] of Object.entries(plan.parity)) {
        say(`comparing ${label} with its ${name} twin`);
        found.parity.push(await twinParity(`${label}, ${name}`, config, name, twin));
      }
    }
  }
  if (calls && found.calls.length === 0) {
    say("timing calls");
    const worker = startWorker("xla");
    for (const buffers of calls.buffers) {
      found.calls.push(await worker.ask<CallCost>({ do: "calls", buffers, calls: calls.calls }));
    }
    await worker.close();
  }
  await checkpoint?.write(found);
  for (const comparison of comparisons.slice(found.comparisons.length)) {
    const place = `${found.comparisons.length + 1} of ${comparisons.length}`;
    found.comparisons.push(await runComparison(comparison, plan, (line) => say(`${place}: ${line}`)));
    await checkpoint?.write(found);
  }
  return {
    format: 2,
    kind: "bench",
    date: new Date().toISOString(),
    seed,
    threads,
    environment: await environment(),
    load: { before, after: Deno.loadavg()[0]! },
    ...found,
  };
}

async function runComparison(
  { group, label, config, engines, effort }: BenchComparison,
  { twin }: BenchPlan,
  say: (line: string) => void,
): Promise<ComparisonResult> {
  say(`timing steps of ${label}${config.kind === "tfjs" ? "" : `, ${describeSize(config)}`}`);
  const programs = await Deno.makeTempDir();
  const weights = `${programs}/weights.safetensors`;
  const systems: System[] = [];
  try {
    const compiles = engines.includes("xla");
    const cold = compiles ? await oneStep(config, programs) : null;
    const warm = compiles ? await oneStep(config, programs) : null;
    // Each takes its first step at once: its time from the start of the process has no other system's in it.
    const enter = async (system: System) => {
      systems.push(system);
      await system.steps(1, 0);
    };
    for (const engine of engines) await enter(await engineSystem(engine, config, { programs, weights }));
    if (config.kind !== "tfjs") {
      for (const name of twin?.names ?? []) await enter(await twinSystem(name, twin!, config, weights));
    }
    return { group, label, config, timed: await race(systems, effort), cold, warm };
  } finally {
    await Promise.all(systems.map((system) => system.close()));
    await Deno.remove(programs, { recursive: true });
  }
}

/** Starts a process for one step; those after it find its programs in the folder. */
async function oneStep(config: BenchConfig, programs: string): Promise<Start> {
  const first = await engineSystem("xla", config, { programs });
  try {
    await first.steps(1, 0);
    const { compileSeconds, programs, firstStep, resident } = await first.facts();
    return { compileSeconds, programs, firstStep, resident };
  } finally {
    await first.close();
  }
}
