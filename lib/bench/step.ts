import { threefryUniform } from "@spin/xla/threefry";
import * as tf from "@tensorflow/tfjs-core";
import type { StoredTensor } from "../data/mod.ts";
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
  /** Weights and data by the names of the PyTorch twin. */
  tensors(): Promise<Map<string, StoredTensor>>;
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

const modelColumns = (columns: readonly number[]): ModelColumn[] =>
  columns.map((classes) => ({
    kind: classes > 0 ? "categorical" : "numeric",
    classes: Array.from({ length: classes }, (_, code) => `${code}`),
  }));

/** Made-up cells of one column: [rows, 1] standard normal, or [rows, classes] one-hot. */
function columnCells({ rows, columns, seed }: TableStep, j: number): Float32Array {
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
function benchPoints({ context, targets, batch, width, seed }: BenchProcess) {
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

/** Layers inside an attention block, as torch_twin.py calls them. */
const LAYERS: Record<string, string> = {
  query: "q",
  key: "k",
  value: "v",
  mix: "mix",
  residual: "res",
  norm0: "ln0",
  norm1: "ln1",
  "rff.0": "rff.0",
  "rff.1": "rff.3",
};

const PLAIN: Record<string, string> = {
  "latents.attributes.weight": "to_ha.weight",
  "latents.attributes.bias": "to_ha.bias",
  "latents.datapoints": "hd",
  "embedding.type": "kind.weight",
  "embedding.index": "index.weight",
};

/** The twin's name of an attention block: NPT's blocks alternate, the others come by pairs. */
function blockName(block: string): string {
  const [module, layer, part] = block.split(".");
  if (part === "gather" || part === "spread") return `${part}.${layer}`;
  if (module === "predictor") return layer === "attributes" ? "own" : "query";
  if (part === "abd") return `rows.${Number(layer) / 2}`;
  if (part === "aba") return `attributes.${(Number(layer) - 1) / 2}`;
  return `${part}.${layer}`;
}

/** The first `count` rows of a matrix with `width` columns, transposed if asked for. */
function matrix(data: Float32Array, count: number, width: number, transposed: boolean): StoredTensor {
  const part = data.slice(0, count * width);
  if (!transposed) return { dtype: "F32", shape: [count, width], data: part };
  const turned = part.map((_, k) => part[(k % count) * width + Math.floor(k / count)]!);
  return { dtype: "F32", shape: [width, count], data: turned };
}

/** One column's part of a stacked parameter, its padding removed. */
function columnTensor(own: Float32Array, what: string, channels: number, e: number): StoredTensor {
  const vector = (size: number): StoredTensor => ({ dtype: "F32", shape: [size], data: own.slice(0, size) });
  if (what === "embedding.bias") return vector(e);
  if (what === "heads.bias") return vector(channels);
  if (what === "heads.weight") return matrix(own, channels, e, false);
  // The mask token's row is the last one, behind the padding.
  const kept = new Float32Array((channels + 1) * e);
  kept.set(own.subarray(0, channels * e));
  kept.set(own.subarray(own.length - e), channels * e);
  return matrix(kept, channels + 1, e, true);
}

/**
 * The weights of a model and the cells it is timed on, by the names of torch_twin.py: parameters as they are,
 * cells of column j as `cells.j`.
 */
export async function twinTensors(
  { parameters, layout }: TableModel,
  config: TableStep,
): Promise<Map<string, StoredTensor>> {
  const tensors = new Map<string, StoredTensor>();
  const e = config.embedding;
  for (const { name, shape, variable } of parameters) {
    const data = await variable.data() as Float32Array;
    const plain = PLAIN[name] ?? name.replace(/^encoder\.(\d+)\.points$/, "points.$1");
    const perColumn = /^(embedding|heads)\.(numeric|categorical)\.(weight|bias)$/.exec(name);
    const layer = /^(.+)\.(query|key|value|mix|residual|norm0|norm1|rff\.\d)\.(weight|bias)$/.exec(name);
    if (plain !== name) {
      tensors.set(plain, { dtype: "F32", shape, data });
    } else if (layer) {
      const to = `${blockName(layer[1]!)}.${LAYERS[layer[2]!]}.${layer[3]}`;
      tensors.set(
        to,
        shape.length === 2 ? matrix(data, shape[0]!, shape[1]!, true) : { dtype: "F32", shape, data },
      );
    } else if (perColumn) {
      const [module, kind, part] = perColumn.slice(1) as [string, "numeric" | "categorical", string];
      layout[kind].forEach((column, j) => {
        const to = `${module === "embedding" ? "inp" : "out"}.${column}.${part}`;
        const size = data.length / layout[kind].length;
        const own = data.subarray(j * size, (j + 1) * size);
        tensors.set(
          to,
          columnTensor(own, `${module}.${part}`, kind === "numeric" ? 1 : layout.classes[j]!, e),
        );
      });
    } else {
      throw new Error(`The twin has no place for ${name}.`);
    }
  }
  config.columns.forEach((classes, j) => {
    const data = columnCells(config, j);
    tensors.set(`cells.${j}`, { dtype: "F32", shape: [config.rows, classes || 1], data });
  });
  return tensors;
}

/** The same of IPNP, whose parameters have the reference's names: tasks as `points.x`, `points.y` and `points.noise`. */
async function processTensors(
  parameters: Parameter[],
  config: BenchProcess,
): Promise<Map<string, StoredTensor>> {
  const tensors = new Map<string, StoredTensor>();
  for (const { name, shape, variable } of parameters) {
    const data = await variable.data() as Float32Array;
    const turned = shape.length === 2;
    tensors.set(name, turned ? matrix(data, shape[0]!, shape[1]!, true) : { dtype: "F32", shape, data });
  }
  for (const [name, { shape, data }] of Object.entries(benchPoints(config))) {
    tensors.set(`points.${name}`, { dtype: "F32", shape, data });
  }
  return tensors;
}
