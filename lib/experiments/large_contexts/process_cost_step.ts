import * as tf from "@tensorflow/tfjs-core";
import { createRng, jit, memoryOf, type ProgramMemory, type Rng, tensorSpec } from "../../engine/mod.ts";
import { UserError } from "../../errors.ts";
import { unknown } from "../../data/nearest.ts";
import { GP_DIMS, type NeuralProcessDims } from "../../models/process/dims.ts";
import type { Tasks } from "../../models/process/points.ts";
import { createProcess, PROCESS_NAMES, type ProcessName, streamOf } from "../../models/process/registry.ts";
import type { Parameter } from "../../nn/parameters.ts";
import { valueAndGradients } from "../../train/gradients.ts";
import { createOptimizer } from "../../train/optimizer.ts";

/** Every neural process, and those that can train on points in pieces. */
export const COST_MODELS = [
  ...PROCESS_NAMES,
  "cipnp-chunked",
  "ipnp-chunked",
  "cipnp-fast-chunked",
  "ipnp-fast-chunked",
] as const;
export type CostModel = (typeof COST_MODELS)[number];

/** How much one training step reads. */
export interface StepSize {
  context: number;
  targets: number;
  /** Tasks at once. */
  batch: number;
  /** h, the number of inducing points, of models that have them. */
  induce: number;
  /** Latent samples or bootstraps, of models that have them. */
  samples: number;
  /** Width of all layers, but for TNP-D's own. */
  width: number;
}

/** A training step that can be measured. */
export interface MeasuredStep {
  parameters: number;
  /** What its program needs; it is compiled, and does not run. */
  memory(): ProgramMemory;
  /** Seconds of one step on random points, until its loss is there. The first one compiles if `memory` did not. */
  take(): Promise<number>;
  dispose(): void;
}

interface Inputs {
  x: tf.Tensor3D;
  y: tf.Tensor3D;
  /** int32 [2], of the noise. */
  key: tf.Tensor;
  rate: tf.Scalar;
  /** int32, from 1. */
  count: tf.Scalar;
}

/** The models of a list of names. @throws UserError for an unknown one, with the nearest ones. */
export function asCostModels(names: readonly string[]): CostModel[] {
  return names.map((name) => {
    const found = COST_MODELS.find((known) => known === name);
    if (!found) throw new UserError(`models: there is no ${unknown(name, [...COST_MODELS])}`);
    return found;
  });
}

/** One step of training, forward, backward and Adam, of a model with new weights. */
export function measuredStep(model: CostModel, size: StepSize, seed: number): MeasuredStep {
  const { parameters, loss } = trainable(model, size, seed);
  const variables = parameters.map(({ variable }) => variable);
  const optimizer = createOptimizer(parameters, { optimizer: "adam", clip: 0 });
  const step = ({ x, y, key, rate, count }: Inputs): tf.Scalar => {
    const tasks = { x, y, context: size.context };
    const { loss: value, gradients } = valueAndGradients(
      () => ({ loss: loss(tasks, createRng(key), size.samples), more: {} }),
      variables,
    );
    optimizer.apply(gradients, rate, count);
    return value;
  };
  const compiled = jit(step, { name: `a step of ${model}` });
  let inputs: Inputs | undefined;
  return {
    parameters: parameters.reduce((sum, { count }) => sum + count, 0),
    memory: () => memoryOf(step, abstractInputs(size)),
    async take() {
      inputs ??= await randomInputs(size, seed);
      const start = performance.now();
      const value = await compiled.async(inputs);
      await value.data();
      const seconds = (performance.now() - start) / 1000;
      value.dispose();
      return seconds;
    },
    dispose() {
      if (inputs) tf.dispose(Object.values(inputs));
      compiled.dispose();
      optimizer.dispose();
      parameters.forEach((parameter) => parameter.dispose());
    },
  };
}

interface Trainable {
  parameters: Parameter[];
  loss(tasks: Tasks, rng: Rng, samples: number): tf.Scalar;
}

/** The model with its training objective, over all points at once or piece by piece. */
function trainable(model: CostModel, { width, induce }: StepSize, seed: number): Trainable {
  const dims: NeuralProcessDims = { ...GP_DIMS, dimHid: width, dimLat: width };
  const name = model.replace("-chunked", "") as ProcessName;
  const process = createProcess(name, dims, induce, seed);
  if (name === model) return process;
  return {
    parameters: process.parameters,
    loss(tasks, rng, samples) {
      const stream = streamOf(process, name);
      const { dimLat } = stream;
      const noise = dimLat === undefined ? undefined : rng.normal([samples, tasks.x.shape[0], dimLat]);
      return stream.trainLoss(tasks, noise);
    },
  };
}

const pointsShape = ({ batch, context, targets }: StepSize): [number, number, number] => [
  batch,
  context + targets,
  1,
];

const abstractInputs = (size: StepSize) => ({
  x: tensorSpec(pointsShape(size)),
  y: tensorSpec(pointsShape(size)),
  key: tensorSpec([2], "int32"),
  rate: tensorSpec([]),
  count: tensorSpec([], "int32"),
});

/** Inputs as those of Gaussian processes, and a smooth function of them. */
async function randomInputs(size: StepSize, seed: number): Promise<Inputs> {
  const x = tf.tidy(() => {
    const key = tf.tensor1d([seed, size.context], "int32");
    return tf.sub(tf.mul(4, createRng(key).uniform(pointsShape(size))), 2) as tf.Tensor3D;
  });
  const y = tf.sin(tf.mul(3, x)) as tf.Tensor3D;
  await y.data();
  return {
    x,
    y,
    key: tf.tensor1d([seed, 1], "int32"),
    rate: tf.scalar(1e-4),
    count: tf.scalar(1, "int32"),
  };
}
