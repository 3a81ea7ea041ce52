import { progress, stopRequested } from "../../progress/mod.ts";
import { type Json, type RunIdentity, type RunRecord } from "../../results/mod.ts";
import {
  type Budget,
  DEFAULT_BUDGET,
  DEFAULT_SIZE,
  type MeasuredCost,
  type ProcessCost,
  stepTimes,
  unmeasured,
} from "./process_cost.ts";
import type { CostModel, StepSize } from "./process_cost_step.ts";
import { LOCAL_RECORDS } from "../profiles.ts";
import { generatedData, knownRecord, type Outcome, recorded } from "../record.ts";

/** Sizes, models and limits of a sweep. */
export interface CostSweep {
  models: readonly CostModel[];
  contexts: readonly number[];
  size?: Partial<Omit<StepSize, "context">>;
  budget?: Budget;
  seed?: number;
}

/**
 * The costs of a training step of all models at all context sizes, from the least on; what has a record is read. A model
 * whose step exceeds the budget is measured at no larger size. A stop request ends it with what there is.
 *
 * @param folder where the records are
 */
export async function processCosts(sweep: CostSweep, folder: string = LOCAL_RECORDS): Promise<ProcessCost[]> {
  const { models, budget = DEFAULT_BUDGET, seed = 42 } = sweep;
  const contexts = [...sweep.contexts].sort((a, b) => a - b);
  const bar = progress(contexts.length, { label: "training steps" });
  const latest = new Map<CostModel, ProcessCost>();
  const costs: ProcessCost[] = [];
  for (const [done, context] of contexts.entries()) {
    if (stopRequested()) break;
    bar.update(done, `${context} context points`);
    const size: StepSize = { ...DEFAULT_SIZE, ...sweep.size, context };
    const going = models.filter((model) => !latest.get(model)?.beyond);
    const identities = going.map((model) => costIdentity(model, size, budget, seed));
    const known = await Promise.all(identities.map((identity) => knownRecord(folder, identity)));
    const open = going.filter((model, i) => !known[i] && !isTooSlow(latest.get(model), context, budget));
    const measured = await stepTimes(open, size, { budget, seed });
    for (const [i, model] of going.entries()) {
      const cost = measured.find((one) => one.model === model) ?? unmeasured(model, size, budget);
      const record = await recorded(folder, identities[i]!, () => Promise.resolve(outcomeOf(cost)));
      latest.set(model, costOf(record!));
      costs.push(costOf(record!));
    }
  }
  bar.update(contexts.length);
  await bar.done();
  return costs;
}

/** From half a second on a step takes at least half as much longer as there are more points: too slow is known before. */
function isTooSlow(before: ProcessCost | undefined, context: number, { seconds }: Budget): boolean {
  if (!before || before.seconds === null || before.seconds < 0.5) return false;
  return before.seconds * context / before.context / 2 > seconds;
}

const EXPERIMENT = "process-cost";

/** What the cost of a model's training step at one size is known by. */
export function costIdentity(model: CostModel, size: StepSize, budget: Budget, seed: number): RunIdentity {
  const configuration = { ...size, budgetBytes: budget.bytes, budgetSeconds: budget.seconds };
  return {
    experiment: EXPERIMENT,
    profile: "quick",
    model,
    data: generatedData(`sine-${size.context}`),
    fold: null,
    seed,
    configuration: configuration as Record<string, Json>,
  };
}

function outcomeOf(
  { peak, arguments: given, temporary, least, seconds, beyond, compile, steps, parameters }: MeasuredCost,
): Outcome {
  const over = { overMemory: Number(beyond === "memory"), overTime: Number(beyond === "time") };
  return {
    metrics: { peak, arguments: given, temporary, least, seconds, ...over },
    seconds: { compile, train: (seconds ?? 0) * steps, evaluate: 0 },
    steps,
    parameters,
    compiledBytes: peak,
  };
}

/** The cost that a record tells. */
export function costOf({ model, configuration, metrics }: RunRecord): ProcessCost {
  const { peak = null, temporary = null, least, seconds = null, overMemory, overTime } = metrics;
  return {
    model: model as CostModel,
    context: configuration["context"] as number,
    peak,
    arguments: metrics["arguments"] ?? null,
    temporary,
    least: least!,
    seconds,
    beyond: overMemory ? "memory" : overTime ? "time" : null,
  };
}

/** The costs that the records of a folder tell, of one task with the usual sizes. */
export const keptCosts = (records: readonly RunRecord[], size: Partial<StepSize> = {}): ProcessCost[] =>
  records.filter(({ experiment, configuration }) =>
    experiment === EXPERIMENT &&
    Object.entries({ ...DEFAULT_SIZE, ...size }).every(([name, value]) => configuration[name] === value)
  ).map(costOf);
