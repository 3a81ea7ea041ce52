import * as tf from "@tensorflow/tfjs-core";
import type { Rng } from "../../engine/random.ts";
import { dropout, expectShape, standardNormal, symmetric } from "../../nn/layers.ts";
import type { Init, Parameter } from "../../nn/parameters.ts";
import { type Cells, type ColumnLayout, joinColumns, takeColumns } from "./columns.ts";
import type { TableModelConfig } from "./config.ts";

/**
 * Cells to X [n, d, e]: a Linear layer per column over (value or one-hot, mask token), plus the feature type
 * embedding (only if both kinds of columns exist) and the feature index embedding (`npt/model/npt.py`).
 */
export function embedding(
  init: Init,
  layout: ColumnLayout,
  { embedding: e, hiddenDropout, bins }: Pick<TableModelConfig, "embedding" | "hiddenDropout" | "bins">,
) {
  const scope = init.within("embedding");
  const both = layout.numeric.length > 0 && layout.categorical.length > 0;
  const numeric = layout.numeric.length > 0 ? numericColumns(scope.within("numeric"), layout, e) : null;
  const binned = numeric && bins > 0 ? binnedColumns(scope.within("numeric"), layout, e, bins) : null;
  const categorical = layout.categorical.length > 0
    ? categoricalColumns(scope.within("categorical"), layout, e)
    : null;
  const type = both ? scope.create({ name: "type", shape: [2, e], fill: standardNormal(2 * e) }) : null;
  const index = scope.create({ name: "index", shape: [layout.d, e], fill: standardNormal(layout.d * e) });
  const typeRow = (row: number) => type ? tf.slice(type.variable, [row, 0], [1, e]) : 0;

  return (cells: Cells, rng?: Rng): tf.Tensor3D => {
    checkCells(cells, layout);
    const perColumn = (pick: (part: ColumnTables, row: number) => tf.Tensor2D) =>
      joinColumns(layout, numeric && pick(numeric, 0), categorical && pick(categorical, 1), 0);
    const offset = tf.add(perColumn((part, row) => tf.add(part.bias.variable, typeRow(row))), index.variable);
    const token = tf.mul(tf.expandDims(cells.mask, 2), perColumn((part) => part.token()));
    const shown = joinColumns(
      layout,
      numeric && numeric.embed(cells.values),
      categorical && categorical.embed(cells.onehot),
      1,
    );
    const places = binned && joinColumns(
      layout,
      binned(cells.values, takeColumns(layout, "numeric", cells.mask, 1)!),
      categorical && tf.zeros([cells.mask.shape[0], layout.categorical.length, e]),
      1,
    );
    return dropout(
      tf.add(tf.add(places ? tf.add(shown, places) : shown, token), offset) as tf.Tensor3D,
      hiddenDropout,
      rng,
    );
  };
}

/** The Linear layers of all columns of one kind. */
interface ColumnTables {
  bias: Parameter;
  /** Weights of the mask token, [columns, e]. */
  token(): tf.Tensor2D;
}

/** Of the Linear layers of all columns, uniform between the bounds. */
export const ofColumns = (init: Init, name: string, shape: number[], bound: number): Parameter =>
  init.create({
    name,
    shape,
    stacked: true,
    fill: (draw) => symmetric(draw, tf.util.sizeFromShape(shape), bound),
  });

function numericColumns(init: Init, { numeric }: ColumnLayout, e: number) {
  const dn = numeric.length;
  const bound = 1 / Math.sqrt(2);
  const weight = ofColumns(init, "weight", [dn, 2, e], bound);
  const bias = ofColumns(init, "bias", [dn, e], bound);
  const row = (k: number) =>
    tf.reshape(tf.slice(weight.variable, [0, k, 0], [dn, 1, e]), [dn, e]) as tf.Tensor2D;
  return {
    bias,
    token: () => row(1),
    embed: (values: tf.Tensor2D): tf.Tensor3D => tf.mul(tf.expandDims(values, 2), row(0)),
  };
}

/**
 * Numbers [n, dn] by the bins they lie in, [n, dn, e]: of every bin the share below the number, times the bin's weights.
 * Nothing of a cell that is hidden or missing (`mask` [n, dn] 1).
 */
function binnedColumns(init: Init, { edges, numeric }: ColumnLayout, e: number, bins: number) {
  const dn = numeric.length;
  const weight = ofColumns(init, "bins", [dn, bins, e], 1 / Math.sqrt(bins));
  // [dn, 2, bins]: where a bin starts, and one over its width; 0 for bins that a column of few values does not have.
  const places = init.constant("edges", [dn, 2, bins], () => {
    const data = new Float32Array(dn * 2 * bins);
    edges.forEach((own, j) => {
      const at = own ?? Array.from({ length: bins + 1 }, (_, k) => -2 + 4 * k / bins);
      for (let k = 0; k < Math.min(bins, at.length - 1); k++) {
        data[j * 2 * bins + k] = at[k]!;
        data[(j * 2 + 1) * bins + k] = 1 / (at[k + 1]! - at[k]!);
      }
    });
    return data;
  });
  const part = (k: number) => tf.reshape(tf.slice(places.variable, [0, k, 0], [dn, 1, bins]), [dn, 1, bins]);
  return (values: tf.Tensor2D, mask: tf.Tensor2D): tf.Tensor3D => {
    const byColumn = (x: tf.Tensor2D) => tf.expandDims(tf.transpose(x), 2);
    const shares = tf.clipByValue(tf.mul(tf.sub(byColumn(values), part(0)), part(1)), 0, 1);
    const shown = tf.mul(shares, byColumn(tf.sub(1, mask) as tf.Tensor2D)) as tf.Tensor3D;
    return tf.transpose(tf.matMul(shown, weight.variable as tf.Tensor3D), [1, 0, 2]);
  };
}

function categoricalColumns(init: Init, { categorical, classes, width }: ColumnLayout, e: number) {
  const dc = categorical.length;
  const total = classes.reduce((a, b) => a + b, 0);
  const weight = init.create({
    name: "weight",
    shape: [dc, width + 1, e],
    stacked: true,
    count: (total + dc) * e,
    fill: (draw) => {
      const data = new Float32Array(dc * (width + 1) * e);
      classes.forEach((c, j) => {
        const rows = symmetric(draw, (c + 1) * e, 1 / Math.sqrt(c + 1), j);
        const start = j * (width + 1) * e;
        data.set(rows.subarray(0, c * e), start);
        data.set(rows.subarray(c * e), start + width * e);
      });
      return data;
    },
  });
  const bias = init.create({
    name: "bias",
    shape: [dc, e],
    stacked: true,
    fill: (draw) => {
      const data = new Float32Array(dc * e);
      classes.forEach((c, j) => data.set(symmetric(draw, e, 1 / Math.sqrt(c + 1), j), j * e));
      return data;
    },
  });
  return {
    bias,
    token: () => tf.reshape(tf.slice(weight.variable, [0, width, 0], [dc, 1, e]), [dc, e]) as tf.Tensor2D,
    embed: (onehot: tf.Tensor3D): tf.Tensor3D => {
      const rows = tf.slice(weight.variable, [0, 0, 0], [dc, width, e]);
      return tf.transpose(tf.matMul(tf.transpose(onehot, [1, 0, 2]), rows), [1, 0, 2]);
    },
  };
}

function checkCells({ values, onehot, mask }: Cells, { d, numeric, categorical, width }: ColumnLayout): void {
  const n = mask.shape[0];
  expectShape("mask of the cells", mask, [null, d]);
  if (numeric.length > 0) expectShape("values of the cells", values, [n, numeric.length]);
  if (categorical.length > 0) expectShape("onehot of the cells", onehot, [n, categorical.length, width]);
}
