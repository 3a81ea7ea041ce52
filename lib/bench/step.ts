import { threefryUniform } from "@spin/xla/threefry";
import * as tf from "@tensorflow/tfjs-core";
import { createRng, jit, type ProgramMemory } from "../engine/mod.ts";
import { GP_DIMS } from "../models/process/dims.ts";
import { ipnp } from "../models/process/models.ts";
import {
  type Cells,
  createTableModel,
  layoutOf,
  type ModelColumn,
  type TableModel,
} from "../models/table/mod.ts";
import type { Parameter } from "../nn/parameters.ts";
import { valueAndGradients } from "../train/gradients.ts";
import { createOptimizer } from "../train/optimizer.ts";
import { tableLoss } from "../train/table/loss.ts";
import type { BenchProcess, TableStep } from "./sizes.ts";

export interface BenchStep {
  parameters: Parameter[];
  /** Of a table. */
  model?: TableModel;
  /** Takes one step and waits for its loss. */
  run(): Promise<number>;
  /** Of the compiled step, once it ran; undefined on engines that do not compile. */
  memory(): ProgramMemory | undefined;
}

const LEARNING_RATE = 1e-3;

/**
 * Makes a training step out of what it computes: `step` updates variables and gives the loss, from a key for random
 * numbers and the number of the step, from 1.
 */
function stepper(
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

const modelColumns = (columns: readonly number[]): ModelColumn[] =>
  columns.map((classes) => ({
    kind: classes > 0 ? "categorical" : "numeric",
    classes: Array.from({ length: classes }, (_, code) => `${code}`),
  }));

/** Made-up cells of one column: [rows, 1] standard normal, or [rows, classes] one-hot. */
export function columnCells({ rows, columns, seed }: TableStep, j: number): Float32Array {
  const classes = columns[j]!;
  if (classes > 0) {
    const u = threefryUniform(seed, j, 0, rows);
    const onehot = new Float32Array(rows * classes);
    u.forEach((x, i) => onehot[i * classes + Math.floor(x * classes)] = 1);
    return onehot;
  }
  return standardNormal(seed, j, rows);
}

function standardNormal(seed: number, stream: number, count: number): Float32Array {
  const u = threefryUniform(seed, stream, 0, count);
  const v = threefryUniform(seed, stream, 1, count);
  return u.map((x, i) => Math.sqrt(-2 * Math.log(1 - x)) * Math.cos(2 * Math.PI * v[i]!));
}

/** Made-up tasks: x in [-2, 2), y = sin(3x), and standard normal draws of the latent variable. */
export function benchPoints({ context, targets, batch, width, seed }: BenchProcess) {
  const n = context + targets;
  const x = threefryUniform(seed, 0, 0, batch * n).map((u) => 4 * u - 2);
  return {
    x: { shape: [batch, n, 1], data: x },
    y: { shape: [batch, n, 1], data: x.map((value) => Math.sin(3 * value)) },
    noise: { shape: [batch, width], data: standardNormal(seed, 1, batch * width) },
  };
}

/** All columns as a model reads them, nothing hidden. */
function benchCells(config: TableStep): Cells {
  const { rows, columns } = config;
  const { numeric, categorical, classes, width } = layoutOf(modelColumns(columns));
  const values = new Float32Array(rows * numeric.length);
  numeric.forEach((column, j) =>
    columnCells(config, column).forEach((value, i) => values[i * numeric.length + j] = value)
  );
  const onehot = new Float32Array(rows * categorical.length * width);
  categorical.forEach((column, j) =>
    columnCells(config, column).forEach((value, k) => {
      const i = Math.floor(k / classes[j]!);
      onehot[(i * categorical.length + j) * width + k % classes[j]!] = value;
    })
  );
  return {
    values: tf.tensor2d(values, [rows, numeric.length]),
    onehot: tf.tensor3d(onehot, [rows, categorical.length, width]),
    mask: tf.zeros([rows, columns.length]) as tf.Tensor2D,
  };
}
