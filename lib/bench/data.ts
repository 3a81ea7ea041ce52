import * as tf from "@tensorflow/tfjs-core";
import { threefryUniform } from "@spin/xla/threefry";
import { type Cells, layoutOf, type ModelColumn } from "../models/table/mod.ts";
import type { BenchProcess, TableStep } from "./sizes.ts";

export const modelColumns = (columns: readonly number[]): ModelColumn[] =>
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
export function benchCells(config: TableStep): Cells {
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
