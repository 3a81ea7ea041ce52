import * as tf from "@tensorflow/tfjs-core";
import { compileTime, createRng, free, jit, memoryOf, ready, tensorSpec } from "../../engine/mod.ts";
import { type Cells, createTableModel, type Outputs, type TableModel } from "../../models/table/mod.ts";
import { median, type RunRecord } from "../../results/mod.ts";
import { createOptimizer, DEFAULT_OPTIMIZER } from "../../train/optimizer.ts";
import { type Rows, stackCells } from "../../train/table/rows.ts";
import { stepFunction } from "../../train/table/step.ts";
import { asJson, type Experiment, type Outcome, type Run, runOf, untrained } from "../experiment.ts";
import { generatedData } from "../run.ts";
import { compiledStep } from "../table_run.ts";
import { predictionCostReport, stepCostReport } from "./report.ts";
import {
  isSmallEnough,
  numericColumns,
  type PredictionCostSettings,
  predictionCostSettings,
  type Scaled,
  scaledModel,
  scalingConfiguration,
  type ScalingSettings,
  type StepCostSettings,
  stepCostSettings,
} from "./settings.ts";

/** What the run of one measurement is known by. @param size among the configuration */
const measurement = (
  model: Scaled,
  settings: ScalingSettings,
  size: { n: number; d: number; queries?: number },
) => ({
  model,
  of: generatedData(`normal-${size.n}x${size.d}`),
  seed: settings.seed,
  configuration: asJson({ ...scalingConfiguration(model, settings), ...size }),
});

/** Sizes, then models; without models that would be too large. */
function stepRuns(settings: StepCostSettings): Run[] {
  const { rows, columns, models } = settings;
  const sizes = [
    ...rows.map((n) => ({ n, d: settings.d })),
    ...columns.map((d) => ({ n: settings.n, d })),
  ];
  return sizes.flatMap(({ n, d }) =>
    (models as Scaled[]).filter((model) => isSmallEnough(model, d, settings)).map((model) =>
      runOf({
        ...measurement(model, settings, { n, d }),
        experiment: "step-cost",
        words: [`${n}x${d}`, model],
        data: `${n} rows, ${d} columns`,
        execute: () => measuredStep(model, n, d, settings),
      })
    )
  );
}

const MASKS = { labelMask: 0.5, featureMask: 0.15, maskToken: 0.9 };

/** Compiles the training step of a model for n rows and d columns, and times it if it is small enough. */
async function measuredStep(name: Scaled, n: number, d: number, settings: ScalingSettings): Promise<Outcome> {
  const { seed, timedBelow } = settings;
  const columns = numericColumns(d);
  const recipe = { model: scaledModel(name, settings), optimizer: DEFAULT_OPTIMIZER, seed, ...MASKS };
  const outcome = compiledStep(recipe, { columns, rows: n });
  if (outcome.metrics["peak"]! >= timedBelow) {
    return { ...outcome, metrics: { ...outcome.metrics, seconds: null } };
  }
  const model = createTableModel(recipe.model, columns, seed);
  const optimizer = createOptimizer(model.parameters, recipe.optimizer);
  const step = jit(stepFunction(model, optimizer, recipe));
  const { data, inputs } = randomStep(n, d, seed);
  try {
    const seconds = await medianSeconds(TIMED_STEPS, async () => {
      const losses = step(inputs, data);
      await ready(losses.loss);
      return losses;
    });
    return {
      ...outcome,
      metrics: { ...outcome.metrics, seconds },
      seconds: { ...outcome.seconds, train: seconds },
      steps: TIMED_STEPS,
    };
  } finally {
    free(inputs, data);
    step.dispose();
    optimizer.dispose();
    model.dispose();
  }
}

/** Calls that are timed after the first, which compiles. */
const [TIMED_STEPS, TIMED_PREDICTIONS] = [3, 5];

/** Median seconds of so many calls after a first one. */
async function medianSeconds(count: number, call: () => Promise<object>): Promise<number> {
  const seconds: number[] = [];
  for (let i = 0; i <= count; i++) {
    const start = performance.now();
    const result = await call();
    if (i > 0) seconds.push((performance.now() - start) / 1000);
    free(result);
  }
  return median(seconds);
}

/** A table of standard normal numbers, all rows train rows, the last column the target. */
function randomStep(n: number, d: number, seed: number) {
  const key = tf.tensor1d([seed, 0], "int32");
  const all: Rows = {
    values: tf.tidy(() => createRng(key).normal([n, d])) as tf.Tensor2D,
    codes: tf.zeros([n, 0], "int32"),
    missing: tf.zeros([n, d]),
  };
  const target = tf.tensor2d([...Array<number>(d - 1).fill(0), 1], [1, d]);
  const inputs = {
    key,
    step: tf.scalar(1, "int32"),
    learningRate: tf.scalar(1e-3),
    tradeoff: tf.scalar(0.5),
    rows: null,
  };
  return { data: { all, train: tf.ones([n, 1]) as tf.Tensor2D, target }, inputs };
}

/** Sizes, then models. */
function predictionRuns(settings: PredictionCostSettings): Run[] {
  const { rows, d, queries, models } = settings;
  return rows.flatMap((n) =>
    (models as Scaled[]).map((model) =>
      runOf({
        ...measurement(model, settings, { n, d, queries }),
        experiment: "prediction-cost",
        words: [n, model],
        data: `${n} training rows`,
        execute: () => measuredPrediction(model, n, settings),
      })
    )
  );
}

type Predict = (query: Cells, given: Cells | tf.Tensor3D) => Outputs;

/** What a model does with a query: SPIN reads the latents it has, the others the training rows. */
function predictionOf(model: TableModel): Predict {
  if (model.predict) return (query, given) => model.predict!(query, given as tf.Tensor3D);
  return (query, given) => model.forward(stackCells(given as Cells, query));
}

const abstractCells = (n: number, d: number) => ({
  values: tensorSpec([n, d]),
  onehot: tensorSpec([n, 0, 0]),
  mask: tensorSpec([n, d]),
});

/** What predicting some query rows costs once a model has been given n training rows. */
async function measuredPrediction(
  name: Scaled,
  n: number,
  settings: PredictionCostSettings,
): Promise<Outcome> {
  const { d, queries, h, f, width: embedding, seed, timedBelow } = settings;
  const model = createTableModel(scaledModel(name, settings), numericColumns(d), seed);
  const predict = predictionOf(model);
  const before = compileTime().milliseconds;
  try {
    const given = model.predict ? tensorSpec([1, h, f * embedding]) : abstractCells(n, d);
    const { temporary, peak } = memoryOf(predict, abstractCells(queries, d), given);
    const compile = (compileTime().milliseconds - before) / 1000;
    const seconds = peak < timedBelow ? await timePrediction(model, predict, n, settings) : null;
    return {
      metrics: { temporary, peak, seconds },
      ...untrained({ compile, evaluate: seconds ?? 0 }),
      parameters: model.parameters.reduce((sum, { count }) => sum + count, 0),
      compiledBytes: peak,
    };
  } finally {
    model.dispose();
  }
}

const randomCells = (n: number, d: number, seed: number): Cells => ({
  values: tf.tidy(() => createRng(tf.tensor1d([seed, n], "int32")).normal([n, d])) as tf.Tensor2D,
  onehot: tf.zeros([n, 0, 0]),
  mask: tf.zeros([n, d]),
});

/** SPIN encodes the training rows once, before the clock starts: afterwards they are not needed any more. */
async function timePrediction(
  model: TableModel,
  predict: Predict,
  n: number,
  { d, queries, seed }: PredictionCostSettings,
): Promise<number> {
  const [context, query] = [randomCells(n, d, seed), randomCells(queries, d, seed + 1)];
  const encode = jit((cells: Cells) => model.encode!(cells));
  const given = model.encode ? encode(context) : context;
  const compiled = jit(predict);
  const seconds = await medianSeconds(TIMED_PREDICTIONS, async () => {
    const outputs = compiled(query, given);
    await ready(outputs.values);
    return [outputs.values, outputs.logits];
  });
  free(context, query, given);
  encode.dispose();
  compiled.dispose();
  return seconds;
}

/** Of the settings, what a record's configuration tells. */
function changesOf({ model, configuration }: RunRecord) {
  const settings = configuration as Record<string, number>;
  const { embedding, heads, h, f, timedBelow, mostParameters, seed } = settings;
  return { models: [model], width: embedding, heads, h, f, timedBelow, mostParameters, seed };
}

export const stepCost: Experiment<StepCostSettings> = {
  name: "step-cost",
  notebook: "02_memory_scaling",
  settings: stepCostSettings,
  runs: stepRuns,
  report: stepCostReport,
  changesOf: (record) => {
    const { n, d } = record.configuration as { n: number; d: number };
    return { ...changesOf(record), rows: [n], d, columns: "none" };
  },
};

export const predictionCost: Experiment<PredictionCostSettings> = {
  name: "prediction-cost",
  notebook: "02_memory_scaling",
  settings: predictionCostSettings,
  runs: predictionRuns,
  report: predictionCostReport,
  changesOf: (record) => {
    const { n, d, queries } = record.configuration as Record<string, number>;
    return { ...changesOf(record), rows: [n!], d, queries };
  },
};
