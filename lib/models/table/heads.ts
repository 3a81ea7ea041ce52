import * as tf from "@tensorflow/tfjs-core";
import type { Rng } from "../../engine/random.ts";
import { dropout, symmetric } from "../../nn/layers.ts";
import type { Init } from "../../nn/parameters.ts";
import { type ColumnLayout, type Outputs, takeColumns } from "./columns.ts";
import { ofColumns } from "./embedding.ts";

/** Logit of a class that a column does not have: its probability is 0 in float32, and so is its gradient. */
const ABSENT_LOGIT = -1e9;

/** X [n, d, e] to predictions of every cell: dropout, then a Linear layer per column. */
export function heads(init: Init, layout: ColumnLayout, e: number, hiddenDropout: number) {
  const scope = init.within("heads");
  const bound = 1 / Math.sqrt(e);
  const dn = layout.numeric.length;
  const dc = layout.categorical.length;
  const numeric = dn > 0 ? numericHeads(scope.within("numeric"), dn, e, bound) : null;
  const categorical = dc > 0 ? categoricalHeads(scope.within("categorical"), layout, e, bound) : null;
  return (x: tf.Tensor3D, rng?: Rng): Outputs => {
    const n = x.shape[0];
    const dropped = dropout(x, hiddenDropout, rng);
    return {
      values: numeric ? numeric(takeColumns(layout, "numeric", dropped, 1)!) : tf.zeros([n, 0]),
      logits: categorical
        ? categorical(takeColumns(layout, "categorical", dropped, 1)!)
        : tf.zeros([n, 0, 0]),
    };
  };
}

function numericHeads(init: Init, dn: number, e: number, bound: number) {
  const weight = ofColumns(init, "weight", [dn, e], bound);
  const bias = ofColumns(init, "bias", [dn], bound);
  return (x: tf.Tensor3D): tf.Tensor2D => tf.add(tf.sum(tf.mul(x, weight.variable), 2), bias.variable);
}

function categoricalHeads(init: Init, { classes, width }: ColumnLayout, e: number, bound: number) {
  const dc = classes.length;
  const total = classes.reduce((a, b) => a + b, 0);
  const padded = classes.some((c) => c < width);
  const weight = init.create({
    name: "weight",
    shape: [dc, width, e],
    stacked: true,
    count: total * e,
    fill: (draw) => padRows(classes, width, e, (j, n) => symmetric(draw, n, bound, j)),
  });
  const bias = init.create({
    name: "bias",
    shape: [dc, width],
    stacked: true,
    count: total,
    fill: (draw) => padRows(classes, width, 1, (j, n) => symmetric(draw, n, bound, j)),
  });
  const absent = padRows(classes, width, 1, (_, n) => new Float32Array(n), ABSENT_LOGIT);
  return (x: tf.Tensor3D): tf.Tensor3D => {
    const products = tf.matMul(tf.transpose(x, [1, 0, 2]), weight.variable as tf.Tensor3D, false, true);
    const logits = tf.add(tf.transpose(products, [1, 0, 2]), bias.variable) as tf.Tensor3D;
    return padded ? tf.add(logits, tf.tensor2d(absent, [dc, width])) : logits;
  };
}

/** Rows of unequal height (classes[j] rows of `e`), each padded to `width` rows with `padding`. */
function padRows(
  classes: number[],
  width: number,
  e: number,
  rows: (j: number, n: number) => Float32Array,
  padding = 0,
): Float32Array {
  const data = new Float32Array(classes.length * width * e).fill(padding);
  classes.forEach((c, j) => data.set(rows(j, c * e), j * width * e));
  return data;
}
