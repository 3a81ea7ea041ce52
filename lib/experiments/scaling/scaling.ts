import * as tf from "@tensorflow/tfjs-core";
import { compileTime, createRng, jit, memoryOf, ready, tensorSpec } from "../../engine/mod.ts";
import { progress, stopRequested } from "../../progress/mod.ts";
import {
  countParameters,
  createTableModel,
  type ModelColumn,
  type TableModelConfig,
} from "../../models/table/mod.ts";
import { createOptimizer, DEFAULT_OPTIMIZER } from "../../train/optimizer.ts";
import type { RunIdentity } from "../../results/mod.ts";
import type { Rows } from "../../train/table/rows.ts";
import { type StepData, stepFunction, type StepInputs } from "../../train/table/step.ts";
import { LOCAL_RECORDS } from "../profiles.ts";
import { generatedData, type Outcome, recorded } from "../record.ts";

/** The models whose cost is compared. */
export const SCALED = ["spin", "spin-flat", "npt", "set-transformer"] as const;
export type Scaled = (typeof SCALED)[number];

/** What a training step of one model needs at one size. */
export interface StepCost {
  model: Scaled;
  /** Rows in the batch and columns of the table. */
  n: number;
  d: number;
  parameters: number;
  /** Compiled bytes beyond parameters, optimiser state and data: what the step itself needs. */
  temporary: number;
  /** Compiled bytes in all. */
  peak: number;
  /** Median seconds of a step, or null where the step was not run. */
  seconds: number | null;
}

export interface ScalingConfig {
  /** Width e and heads of all models; depth 2: one block of each kind. */
  embedding: number;
  heads: number;
  h: number;
  f: number;
  models: Scaled[];
  /** A step is run, and timed, if it needs no more bytes than this. */
  timedBelow: number;
  /** Models are left out of sizes at which they have more parameters than this. */
  mostParameters: number;
  seed: number;
}

export const DEFAULT_SCALING: ScalingConfig = {
  embedding: 8,
  heads: 2,
  h: 10,
  f: 8,
  models: [...SCALED],
  timedBelow: 1.5e9,
  mostParameters: 60e6,
  seed: 42,
};

/** The configuration of a model; `spin` has the nested predictor, `spin-flat` the reference's. */
export function scaledModel(
  model: Scaled,
  { embedding, heads, h, f }: ScalingConfig,
): Partial<TableModelConfig> {
  const kind = model === "spin-flat" ? "spin" : model;
  const predictor = model === "spin" ? "nested" : "flat";
  return { model: kind, predictor, decoderBoth: kind === "spin", embedding, heads, depth: 2, h, f };
}

const numericColumns = (d: number): ModelColumn[] =>
  Array.from({ length: d }, () => ({ kind: "numeric", classes: [] }));

/** The runs of `scaleSteps`: sizes, then models; without models that would be too large. */
export function stepCostRuns(
  sizes: readonly { n: number; d: number }[],
  given: Partial<ScalingConfig> = {},
): { model: Scaled; n: number; d: number; identity: RunIdentity }[] {
  const config = { ...DEFAULT_SCALING, ...given };
  const { models, ...configuration } = config;
  return sizes.flatMap(({ n, d }) => models.map((model) => ({ model, n, d })))
    .filter(({ model, d }) => parametersOf(model, d, config) <= config.mostParameters)
    .map(({ model, n, d }) => ({
      model,
      n,
      d,
      identity: {
        experiment: "step-cost",
        profile: "quick",
        model,
        data: generatedData(`normal-${n}x${d}`),
        fold: null,
        seed: config.seed,
        configuration: { ...configuration, ...scaledModel(model, config), n, d },
      },
    }));
}

/**
 * The costs of a training step of all models at all sizes; what has a record is read. A stop request ends it with
 * what there is.
 *
 * @param folder where the records are
 */
export async function scaleSteps(
  sizes: readonly { n: number; d: number }[],
  given: Partial<ScalingConfig> = {},
  folder: string = LOCAL_RECORDS,
): Promise<StepCost[]> {
  const config = { ...DEFAULT_SCALING, ...given };
  const runs = stepCostRuns(sizes, given);
  const bar = progress(runs.length, { label: "training steps" });
  const costs: StepCost[] = [];
  for (const { model, n, d, identity } of runs) {
    if (stopRequested()) break;
    bar.update(costs.length, `${model}, ${n} rows, ${d} columns`);
    const record = await recorded(folder, identity, () => stepCost(model, n, d, config));
    costs.push({ model, n, d, parameters: record!.parameters, ...record!.metrics } as StepCost);
  }
  bar.update(costs.length);
  await bar.done();
  return costs;
}

const parametersOf = (model: Scaled, d: number, config: ScalingConfig): number =>
  countParameters(scaledModel(model, config), numericColumns(d));

/** Compiles the training step of a model for n rows and d columns, and times it if it is small enough. */
async function stepCost(name: Scaled, n: number, d: number, config: ScalingConfig): Promise<Outcome> {
  const model = createTableModel(scaledModel(name, config), numericColumns(d), config.seed);
  const optimizer = createOptimizer(model.parameters, DEFAULT_OPTIMIZER);
  const step = stepFunction(model, optimizer, { labelMask: 0.5, featureMask: 0.15, maskToken: 0.9 });
  const before = compileTime().milliseconds;
  try {
    const { temporary, peak } = memoryOf(step, abstractInputs(), abstractData(n, d));
    const compile = (compileTime().milliseconds - before) / 1000;
    const seconds = peak < config.timedBelow ? await timeStep(step, n, d, config.seed) : null;
    return {
      metrics: { temporary, peak, seconds },
      seconds: { compile, train: seconds ?? 0, evaluate: 0 },
      steps: seconds === null ? 0 : TIMED,
      parameters: parametersOf(name, d, config),
      compiledBytes: peak,
    };
  } finally {
    optimizer.dispose();
    model.dispose();
  }
}

/** The inputs of a step by their types alone. */
const abstractInputs = () => ({
  key: tensorSpec([2], "int32"),
  step: tensorSpec([], "int32"),
  learningRate: tensorSpec([]),
  tradeoff: tensorSpec([]),
  rows: null,
});

const abstractData = (n: number, d: number) => ({
  all: { values: tensorSpec([n, d]), codes: tensorSpec([n, 0], "int32"), missing: tensorSpec([n, d]) },
  train: tensorSpec([n, 1]),
  target: tensorSpec([1, d]),
});

/** Steps that are timed after the first, which compiles. */
const TIMED = 3;

/** Median seconds of a step on random numbers. */
async function timeStep(
  step: (inputs: StepInputs, data: StepData) => { loss: tf.Scalar },
  n: number,
  d: number,
  seed: number,
): Promise<number> {
  const compiled = jit(step);
  const { data, inputs } = randomStep(n, d, seed);
  const seconds: number[] = [];
  for (let i = 0; i <= TIMED; i++) {
    const start = performance.now();
    const losses = compiled(inputs, data);
    await ready(losses.loss);
    if (i > 0) seconds.push((performance.now() - start) / 1000);
    tf.dispose(losses);
  }
  compiled.dispose();
  tf.dispose([inputs, data] as unknown as tf.TensorContainer);
  return seconds.sort((a, b) => a - b)[seconds.length >> 1]!;
}

/** A table of standard normal numbers, all rows train rows, the last column the target. */
function randomStep(n: number, d: number, seed: number): { data: StepData; inputs: StepInputs } {
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
  return { data: { all, train: tf.ones([n, 1]), target }, inputs };
}
