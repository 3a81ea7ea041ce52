import { median } from "../../bench/race.ts";
import { compileTime } from "../../engine/mod.ts";
import { leastBytes } from "./process_cost_estimate.ts";
import { type CostModel, type MeasuredStep, measuredStep, type StepSize } from "./process_cost_step.ts";

/** Why a model has no larger contexts: a step beyond the budget of memory or of time. */
export type Beyond = "memory" | "time";

/** What a training step of one model needs at one size. */
export interface ProcessCost {
  model: CostModel;
  context: number;
  /** Compiled bytes in all; of the points, parameters and optimiser state; beyond them. Null where not compiled. */
  peak: number | null;
  arguments: number | null;
  temporary: number | null;
  /** Bytes of its attention scores, which it needs at least: the estimate where nothing was compiled. */
  least: number;
  /** Median seconds of a step, or null where none was run. */
  seconds: number | null;
  /** The budget that it exceeds. */
  beyond: Beyond | null;
}

/** What a step may cost. */
export interface Budget {
  /** Compiled bytes. A step that needs more does not run; one whose scores alone need more is not compiled. */
  bytes: number;
  /** Seconds of a step. */
  seconds: number;
}

export const DEFAULT_BUDGET: Budget = { bytes: 2 * 2 ** 30, seconds: 30 };

/** As the paper's Gaussian processes, but one task, one latent sample and 16 inducing points at every size. */
export const DEFAULT_SIZE: Omit<StepSize, "context"> = {
  targets: 256,
  batch: 1,
  induce: 16,
  samples: 1,
  width: 128,
};

/** Timed steps after the first, as far as they fit into so many seconds. */
const [ROUNDS, SPEND] = [5, 10];

/** A cost, and what was done to measure it. */
export interface MeasuredCost extends ProcessCost {
  parameters: number;
  /** Seconds of compiling. */
  compile: number;
  /** Steps taken. */
  steps: number;
}

interface Runner {
  cost: MeasuredCost;
  step?: MeasuredStep;
  /** Seconds of recording the step's operations, which its first call does again. */
  recording: number;
  times: number[];
}

/**
 * Costs of a training step of several models at one size. Their steps are timed in turns, so that whatever else the
 * machine does meets all of them alike.
 */
export async function stepTimes(
  models: readonly CostModel[],
  size: StepSize,
  { budget = DEFAULT_BUDGET, seed = 42 }: { budget?: Budget; seed?: number } = {},
): Promise<MeasuredCost[]> {
  const runners: Runner[] = [];
  try {
    for (const model of models) runners.push(compiledWithin(budget, model, size, seed));
    const running = runners.filter(({ cost }) => cost.beyond === null);
    for (let round = 0; round <= ROUNDS; round++) {
      for (const { step, times, recording } of running) {
        const spent = times.reduce((sum, one) => sum + one, 0);
        if (spent < SPEND) times.push(await step!.take() - (round === 0 ? recording : 0));
      }
    }
    for (const { cost, times } of running) {
      // The first step meets memory that the process did not have yet, which matters where steps are short.
      const seconds = median(times.length > 1 ? times.slice(1) : times);
      Object.assign(cost, { seconds, steps: times.length, beyond: seconds > budget.seconds ? "time" : null });
    }
    return runners.map(({ cost }) => cost);
  } finally {
    for (const { step } of runners) step?.dispose();
  }
}

/** What is known without compiling: whether the scores alone need more than the budget; else it is one of time. */
export function unmeasured(model: CostModel, size: StepSize, { bytes }: Budget): MeasuredCost {
  const least = leastBytes(model, size);
  return {
    model,
    context: size.context,
    peak: null,
    arguments: null,
    temporary: null,
    least,
    seconds: null,
    beyond: least > bytes ? "memory" : "time",
    parameters: 0,
    compile: 0,
    steps: 0,
  };
}

/** The compiled step of a model; without a step where its scores alone need more than the budget. */
function compiledWithin(budget: Budget, model: CostModel, size: StepSize, seed: number): Runner {
  const cost = unmeasured(model, size, budget);
  if (cost.beyond === "memory") return { cost, recording: 0, times: [] };
  const step = measuredStep(model, size, seed);
  const [start, before] = [performance.now(), compileTime().milliseconds];
  const { peak, arguments: given, temporary } = step.memory();
  const compile = (compileTime().milliseconds - before) / 1000;
  const recording = (performance.now() - start) / 1000 - compile;
  const beyond = peak > budget.bytes ? "memory" : null;
  const { parameters } = step;
  return {
    cost: { ...cost, peak, arguments: given, temporary, compile, beyond, parameters },
    step,
    recording,
    times: [],
  };
}
