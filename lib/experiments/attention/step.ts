import * as tf from "@tensorflow/tfjs-core";
import type { SyntheticAttention } from "../../data/synthetic_attention.ts";
import { createRng } from "../../engine/mod.ts";
import type { Cells, ColumnLayout, TableModel } from "../../models/table/mod.ts";
import { valueAndGradients } from "../../train/gradients.ts";
import { tableLoss } from "../../train/table/loss.ts";
import { hideCells } from "../../train/table/masking.ts";
import type { Optimizer } from "../../train/optimizer.ts";
import { cellsOf, type Rows, takeRows, targetMask } from "../../train/table/rows.ts";
import type { StepInputs, StepLosses } from "../../train/table/step.ts";

/** The table on the device. */
interface AttentionData {
  all: Rows;
  /** [n, d] 1 at the labels of queries, which are never inputs. */
  hidden: tf.Tensor2D;
  /** [1, d] 1 at the labels. */
  target: tf.Tensor2D;
  /** [n, 1] 0 or 1. */
  cluster: tf.Tensor2D;
}

export function attentionData({ table, queries, cluster }: SyntheticAttention): AttentionData {
  const d = table.columns.length;
  const first = queries.train[0];
  const isHidden = Float32Array.from(
    { length: table.rows * d },
    (_, at) => Number(at >= first * d && table.columns[at % d]!.target),
  );
  return {
    all: takeRows(table),
    hidden: tf.tensor2d(isHidden, [table.rows, d]),
    target: targetMask(table.columns),
    cluster: tf.tensor2d(Float32Array.from(cluster), [table.rows, 1]),
  };
}

/** Rows [start, start + count) of cells. */
const rowsAt = ({ values, onehot, mask }: Cells, start: number, count: number): Cells => ({
  values: tf.slice(values, [start, 0], [count, -1]),
  onehot: tf.slice(onehot, [start, 0, 0], [count, -1, -1]),
  mask: tf.slice(mask, [start, 0], [count, -1]),
});

/** The table's cells, the labels of a cluster (context and queries) flipped where its `flips` [2] is 1. */
function flipped(layout: ColumnLayout, { all, target, cluster }: AttentionData, flips: tf.Tensor): Cells {
  const cells = cellsOf(layout, all);
  const [first, second] = tf.split(flips, 2);
  const ofRows = tf.add(tf.mul(tf.sub(1, cluster), first!), tf.mul(cluster, second!));
  const labels = tf.expandDims(tf.mul(ofRows, target), 2);
  return {
    ...cells,
    onehot: tf.add(cells.onehot, tf.mul(labels, tf.sub(1, tf.mul(2, cells.onehot)))) as tf.Tensor3D,
  };
}

/**
 * One optimiser step: H_D reads all rows, labels of the context among them, and the train queries are predicted from it.
 *
 * The reference predicts every row, and counts the labels of validation and test queries in its training loss. Here those
 * of the train queries alone count, so that others need not be predicted: of a predictor's 3,968 x 3,968 weights that
 * is 33 times less work. Queries are embedded with a dropout of their own.
 *
 * @param coins how many coins decide in each step whether labels are flipped: none, one for all, one for each cluster
 */
export function attentionStep(
  model: TableModel,
  optimizer: Optimizer,
  [start, count]: [number, number],
  coins: 0 | 1 | 2,
): (inputs: StepInputs, data: AttentionData) => StepLosses {
  const { layout } = model;
  return (inputs, data) => {
    const { hidden, target } = data;
    const rng = createRng(inputs.key);
    const tossed = () => tf.tile(tf.cast(tf.less(rng.uniform([coins]), 0.5), "float32"), [2 / coins]);
    const truth = coins === 0 ? cellsOf(layout, data.all) : flipped(layout, data, tossed());
    const seen = hideCells(layout, truth, hidden);
    const labels = tf.tile(target, [count, 1]);
    const { loss, more, gradients } = valueAndGradients(() => {
      const hD = model.encode!(seen, { rng });
      const outputs = model.predict!(rowsAt(seen, start, count), hD, { rng });
      const truthOfQueries = rowsAt(truth, start, count);
      const parts = tableLoss(layout, outputs, truthOfQueries, labels, tf.zerosLike(labels), inputs.tradeoff);
      return { loss: parts.total, more: { label: parts.label.mean, feature: parts.feature.mean } };
    }, model.parameters.map((p) => p.variable));
    optimizer.apply(gradients, inputs.learningRate, inputs.step);
    return { loss, ...more };
  };
}

/** What an evaluation needs of the model. */
export type AttentionOutputs = {
  /** [h, n] shares of attention, the mean over heads. */
  weights: tf.Tensor2D;
  /** [queries, labels, 2] logits of all queries, with H_D encoded, and with the encoder off. */
  encoded: tf.Tensor3D;
  raw: tf.Tensor3D;
};

/**
 * Attention and predictions without dropout.
 *
 * @param flips [2] 1 to flip the labels of a cluster
 */
export function attentionOutputs(
  model: TableModel,
  { table, queries }: SyntheticAttention,
): (data: AttentionData, flips: tf.Tensor1D) => AttentionOutputs {
  const { layout } = model;
  const first = queries.train[0];
  const features = table.columns.filter(({ target }) => !target).length;
  return (data, flips) => {
    const seen = hideCells(layout, flipped(layout, data, flips), data.hidden);
    const query = rowsAt(seen, first, table.rows - first);
    const labelsOf = ({ logits }: { logits: tf.Tensor3D }) =>
      tf.slice(logits, [0, features, 0], [-1, -1, -1]);
    return {
      weights: tf.squeeze(tf.mean(model.attention!(seen)[0]!, 1), [0]) as tf.Tensor2D,
      encoded: labelsOf(model.predict!(query, model.encode!(seen))),
      raw: labelsOf(model.forward(query, { encode: false })),
    };
  };
}
