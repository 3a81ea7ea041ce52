import * as tf from "@tensorflow/tfjs-core";
import type { StoredTensor } from "../data/mod.ts";
import { createRng, jit, type ProgramMemory } from "../engine/mod.ts";
import { GP_DIMS } from "../models/process/dims.ts";
import { ipnp } from "../models/process/models.ts";
import { createTableModel, type TableModel } from "../models/table/mod.ts";
import type { Parameter } from "../nn/parameters.ts";
import { valueAndGradients } from "../train/gradients.ts";
import { createOptimizer } from "../train/optimizer.ts";
import { tableLoss } from "../train/table/loss.ts";
import { benchCells, benchPoints, modelColumns } from "./data.ts";
import type { BenchProcess, TableStep } from "./sizes.ts";
import { processTensors, twinTensors } from "./twin_weights.ts";

/** A training step that can be timed. */
export interface BenchStep {
  parameters: Parameter[];
  /** Weights and data by the names of the PyTorch twin. */
  tensors(): Promise<Map<string, StoredTensor>>;
  /** Takes one step and waits for its loss. */
  run(): Promise<number>;
  /** Of the compiled step, once it ran; undefined on engines that do not compile. */
  memory(): ProgramMemory | undefined;
}

export const LEARNING_RATE = 1e-3;

/**
 * Makes a training step out of what it computes: `step` updates variables and gives the loss, from a key for random
 * numbers and the number of the step, from 1.
 */
export function stepper(
  seed: number,
  step: (key: tf.Tensor1D, count: tf.Scalar) => tf.Scalar,
): Pick<BenchStep, "run" | "memory"> {
  const compiled = jit(step);
  let done = 0;
  const inputs = (): [tf.Tensor1D, tf.Scalar] => [
    tf.tensor1d([seed, done], "int32"),
    tf.scalar(done, "int32"),
  ];
  return {
    async run() {
      done++;
      const given = inputs();
      const loss = compiled(...given);
      const [value] = await loss.data();
      tf.dispose([loss, ...given]);
      return value!;
    },
    memory() {
      const given = inputs();
      const memory = compiled.memory(...given);
      tf.dispose(given);
      return memory;
    },
  };
}

/**
 * Forward pass with dropout, loss over all cells, gradients and Adam: the work that every implementation of these
 * models does in a step. Masking, which is particular to ours, is left out.
 */
export function createTableStep(config: TableStep): BenchStep & { model: TableModel } {
  const { model: kind, predictor, embedding, depth, heads, h, f, dropout, seed } = config;
  const model = createTableModel(
    {
      model: kind,
      predictor,
      embedding,
      depth,
      heads,
      h,
      f,
      hiddenDropout: dropout,
      attentionDropout: dropout,
    },
    modelColumns(config.columns),
    seed,
  );
  const { layout, parameters } = model;
  const variables = parameters.map(({ variable }) => variable);
  const optimizer = createOptimizer(parameters, { optimizer: "adam", clip: 0 });
  const cells = benchCells(config);
  const everywhere = tf.onesLike(cells.mask);
  const nowhere = tf.zerosLike(cells.mask);
  const rate = tf.scalar(LEARNING_RATE);
  const labelsOnly = tf.scalar(0);
  return {
    model,
    parameters,
    tensors: () => twinTensors(model, config),
    ...stepper(seed, (key, count) => {
      const rng = createRng(key);
      const { loss, gradients } = valueAndGradients(() => ({
        loss: tableLoss(layout, model.forward(cells, { rng }), cells, everywhere, nowhere, labelsOnly).total,
        more: {},
      }), variables);
      optimizer.apply(gradients, rate, count);
      return loss;
    }),
  };
}

/** IPNP with a latent variable: forward pass with one sample, ELBO, gradients and Adam. */
export function benchProcessStep(config: BenchProcess): BenchStep {
  const { context, width, induce, seed } = config;
  const options = { useHA: false, ablaInduce: true, haDim: -1, induce, heads: 8, blocks: 1 };
  const { parameters, train } = ipnp({ ...GP_DIMS, dimHid: width, dimLat: width }, options, seed);
  const variables = parameters.map(({ variable }) => variable);
  const optimizer = createOptimizer(parameters, { optimizer: "adam", clip: 0 });
  const points = benchPoints(config);
  const tensor = ({ shape, data }: { shape: number[]; data: Float32Array }) => tf.tensor(data, shape);
  const [x, y, noise] = [
    tensor(points.x) as tf.Tensor3D,
    tensor(points.y) as tf.Tensor3D,
    tensor(points.noise),
  ];
  const rate = tf.scalar(LEARNING_RATE);
  return {
    parameters,
    tensors: () => processTensors(parameters, config),
    ...stepper(seed, (_, count) => {
      const { loss, gradients } = valueAndGradients(
        () => ({ loss: train({ x, y, context }, noise).loss, more: {} }),
        variables,
      );
      optimizer.apply(gradients, rate, count);
      return loss;
    }),
  };
}
