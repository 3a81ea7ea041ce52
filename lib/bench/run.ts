import type { EngineName } from "../engine/mod.ts";
import { type Environment, environment } from "../results/mod.ts";
import type { CallCost } from "./calls.ts";
import { type Contender, engineContender, startWorker, twinContender } from "./contenders.ts";
import { type Parity, parity } from "./parity.ts";
import { type Effort, race, type Timed } from "./race.ts";
import { BENCH_MODELS, type BenchModel, describeSize, type Size } from "./sizes.ts";

export interface Heat {
  /** What the size is called. */
  name: string;
  size: Size;
  engines: EngineName[];
  effort: Effort;
}

export interface BenchPlan {
  heats: Heat[];
  models: BenchModel[];
  /** Variables of the programs whose call is timed, and how often; none on engines without `jit`. */
  calls: { buffers: number[]; calls: number } | null;
  /** An interpreter that has torch, for the comparison. */
  python?: string;
  threads: number;
  seed: number;
}

/** Step times of one model at one size. */
export interface HeatResult {
  name: string;
  size: Size;
  model: BenchModel;
  timed: Timed[];
}

/** Everything that one run of the bench found. */
export interface BenchRecord {
  format: 1;
  kind: "bench";
  date: string;
  seed: number;
  threads: number;
  environment: Environment;
  /** Load averages of the machine over one minute: above 1 something else was running before. */
  load: { before: number; after: number };
  heats: HeatResult[];
  calls: CallCost[];
  parity: Parity[];
}

/**
 * Runs a bench.
 *
 * @param say receives a line before each part
 * @throws UserError if an engine or the twin cannot be started.
 */
export async function runBench(plan: BenchPlan, say: (line: string) => void): Promise<BenchRecord> {
  const { heats, models, calls, python, threads, seed } = plan;
  const before = Deno.loadavg()[0]!;
  const found: Pick<BenchRecord, "heats" | "calls" | "parity"> = { heats: [], calls: [], parity: [] };
  if (python) {
    for (const model of models) {
      say(`comparing ${model} with its PyTorch twin`);
      found.parity.push(await parity(model, python, threads, seed));
    }
  }
  if (calls) {
    say("timing calls");
    const worker = startWorker("xla");
    for (const buffers of calls.buffers) {
      found.calls.push(await worker.ask<CallCost>({ do: "calls", buffers, calls: calls.calls }));
    }
    await worker.close();
  }
  for (const { name, size, engines, effort } of heats) {
    for (const model of models) {
      say(`timing steps of ${model} at ${describeSize(size)}`);
      const config = { ...size, ...BENCH_MODELS[model], seed };
      const contenders: Contender[] = [];
      try {
        for (const engine of engines) contenders.push(await engineContender(engine, config));
        if (python) contenders.push(await twinContender(python, threads, config));
        found.heats.push({ name, size, model, timed: await race(contenders, effort) });
      } finally {
        await Promise.all(contenders.map((contender) => contender.close()));
      }
    }
  }
  return {
    format: 1,
    kind: "bench",
    date: new Date().toISOString(),
    seed,
    threads,
    environment: await environment(),
    load: { before, after: Deno.loadavg()[0]! },
    ...found,
  };
}
