import type { RunIdentity } from "../../results/mod.ts";
import { largePredictionIdentity, largePredictions } from "../large_contexts/large_contexts_prediction.ts";
import { predictionCostRuns, scalePrediction } from "../scaling/prediction_cost.ts";
import { DEFAULT_SIZE } from "../large_contexts/process_cost.ts";
import type { CostModel } from "../large_contexts/process_cost_step.ts";
import { costIdentity, processCosts } from "../large_contexts/process_cost_sweep.ts";
import { findRecord } from "../../results/mod.ts";
import { scaleSteps, stepCostRuns } from "../scaling/scaling.ts";
import { type Experiment, type Job, jobId } from "./job.ts";

/** What the cells of notebook 02 say; the same in all profiles. */
export const SCALING = {
  rows: [1024, 4096, 16384],
  columns: [128, 256],
  predicted: [512, 8192],
  timedBelow: 1e9,
  seed: 42,
};

/** A job that measures, and leaves its figures in a record. */
const measurement = (
  id: string,
  data: string,
  identity: RunIdentity,
  measure: (records: string) => Promise<unknown>,
): Job => ({
  id,
  data,
  model: identity.model,
  identity,
  steps: 0,
  run: async (records) => {
    await measure(records);
    return await findRecord(records, identity);
  },
});

/** Memory and time of training steps against rows and columns: size x model. */
export const stepCostJobs: Experiment = {
  name: "step-cost",
  notebook: "02_memory_scaling",
  jobs() {
    const { rows, columns, timedBelow, seed } = SCALING;
    const sizes = [...rows.map((n) => ({ n, d: 14 })), ...columns.map((d) => ({ n: 256, d }))];
    return stepCostRuns(sizes, { timedBelow, seed }).map(({ model, n, d, identity }) =>
      measurement(
        jobId("step-cost", `${n}x${d}`, model),
        `${n} rows, ${d} columns`,
        identity,
        (records) => scaleSteps([{ n, d }], { models: [model], timedBelow, seed }, records),
      )
    );
  },
};

/** Memory and time of predictions against training rows: size x model. */
export const predictionCostJobs: Experiment = {
  name: "prediction-cost",
  notebook: "02_memory_scaling",
  jobs() {
    const { predicted, seed } = SCALING;
    const given = { timedBelow: 2e9, seed };
    return predictionCostRuns(predicted, given).map(({ model, n, identity }) =>
      measurement(
        jobId("prediction-cost", n, model),
        `${n} training rows`,
        identity,
        (records) => scalePrediction([n], { ...given, models: [model] }, records),
      )
    );
  },
};

/** What the first cell of notebook 05 says; the same in all profiles. */
export const LARGE = {
  sizes: [2_048, 1_000_000],
  models: ["ipnp", "ipnp-chunked", "anp"] as CostModel[],
  budgetBytes: 2 ** 33,
  budgetSeconds: 120,
  predictions: 1_000_000,
  seed: 42,
};

/** Memory and time of training steps of neural processes on large contexts: size x model. */
export const processCostJobs: Experiment = {
  name: "process-cost",
  notebook: "05_large_contexts",
  jobs() {
    const { sizes, models, budgetBytes, budgetSeconds, seed } = LARGE;
    const budget = { bytes: budgetBytes, seconds: budgetSeconds };
    return sizes.flatMap((context) =>
      models.map((model) =>
        measurement(
          jobId("process-cost", context, model),
          `${context} context points`,
          costIdentity(model, { ...DEFAULT_SIZE, context }, budget, seed),
          (records) => processCosts({ models: [model], contexts: [context], budget, seed }, records),
        )
      )
    );
  },
};

/** A million predictions from a large context. */
export const largePredictionJobs: Experiment = {
  name: "large-predictions",
  notebook: "05_large_contexts",
  jobs() {
    const given = { context: 100_000, targets: LARGE.predictions, seed: LARGE.seed };
    const identity = largePredictionIdentity(given);
    return [measurement(
      jobId("large-predictions", given.context, identity.model),
      `${given.context} context points`,
      identity,
      (records) => largePredictions(given, records),
    )];
  },
};
