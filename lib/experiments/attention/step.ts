import * as tf from "@tensorflow/tfjs-core";
import type { SyntheticAttention } from "../../data/synthetic_attention.ts";
import { createRng } from "../../engine/mod.ts";
import type { Cells, ColumnLayout, TableModel } from "../../models/table/mod.ts";
import { valueAndGradients } from "../../train/gradients.ts";
import type { Optimizer } from "../../train/optimizer.ts";
import { tableLoss } from "../../train/table/loss.ts";
import { hideCells } from "../../models/table/mod.ts";
import { accuracy, logLoss, probabilities } from "../../train/table/metrics.ts";
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

type AttentionOutputs = {
  /** [h, n] shares of attention, the mean over heads. */
  weights: tf.Tensor2D;
  /** [queries, labels, 2] logits of all queries, with H_D encoded, and with the encoder off. */
  encoded: tf.Tensor3D;
  raw: tf.Tensor3D;
};

/** Attention and predictions without dropout. @param flips [2] 1 to flip the labels of a cluster */
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

/** Shares of attention by latent: [h, parts], each row adding up to 1. */
type Shares = number[][];

/** The attention [h, n] of each latent by cluster, or by so many equal parts of the clusters' rows. */
export function clusterShares(weights: Float32Array, cluster: Uint8Array, parts = 1): Shares {
  const n = cluster.length;
  const counts = [0, 1].map((which) => cluster.reduce((sum, own) => sum + Number(own === which), 0));
  const seen = [0, 0];
  const partOf = Array.from(
    cluster,
    (own) => own * parts + Math.floor(parts * seen[own]!++ / counts[own]!),
  );
  return Array.from({ length: weights.length / n }, (_, latent) => {
    const sums = new Array<number>(2 * parts).fill(0);
    partOf.forEach((part, row) => sums[part]! += weights[latent * n + row]!);
    return sums;
  });
}

/**
 * How differently latents read: the total variation distance of their shares by cluster, 0 for equal ones and 1 for
 * latents that read one cluster each; the mean over pairs, 0 for a single latent.
 */
export function specialisation(shares: Shares): number {
  const distances = shares.flatMap((a, i) =>
    shares.slice(i + 1).map((b) => a.reduce((sum, share, part) => sum + Math.abs(share - b[part]!) / 2, 0))
  );
  return distances.reduce((a, b) => a + b, 0) / Math.max(1, distances.length);
}

/** How much of each latent's attention is not spread evenly over rows: the mean total variation distance from even. */
export function unevenness(weights: Float32Array, n: number): number {
  const distance = weights.reduce((sum, weight) => sum + Math.abs(weight - 1 / n) / 2, 0);
  return distance / (weights.length / n);
}

/** Whether the labels of either cluster are flipped. */
export type Flips = readonly [number, number];

/** [queries of a part × labels] true labels. */
export function labelsOf(
  { table, queries, cluster }: SyntheticAttention,
  part: "val" | "test",
  flips: Flips = [0, 0],
): Int32Array {
  const d = table.columns.length;
  const targets = table.columns.flatMap(({ target }, j) => target ? [j] : []);
  const [start, count] = queries[part];
  return Int32Array.from({ length: count * targets.length }, (_, at) => {
    const row = start + Math.floor(at / targets.length);
    const code = table.codes[row * d + targets[at % targets.length]!]!;
    return flips[cluster[row]!] ? 1 - code : code;
  });
}

/** Accuracy and loss of a part's labels. @param logits of all queries, [queries, labels, 2] */
function scoreQueries(
  data: SyntheticAttention,
  part: "val" | "test",
  logits: Float32Array,
  flips?: Flips,
): { accuracy: number; loss: number } {
  const truth = labelsOf(data, part, flips);
  const [start, count] = data.queries[part];
  const width = 2 * truth.length / count;
  const first = (start - data.queries.train[0]) * width;
  const own = logits.subarray(first, first + 2 * truth.length);
  return { accuracy: accuracy(own, truth, 2), loss: logLoss(probabilities(own, 2), truth, 2) };
}

/** What is right of the test labels for who knows each row's cluster alone, and for who always says the commoner label. */
export function references(data: SyntheticAttention): { ceiling: number; constant: number } {
  const truth = labelsOf(data, "test");
  const labels = truth.length / data.queries.test[1];
  const start = data.queries.test[0];
  const hits = truth.reduce(
    (sum, label, at) => sum + Number(label === data.cluster[start + Math.floor(at / labels)]),
    0,
  );
  const ones = truth.reduce((sum, label) => sum + label, 0) / truth.length;
  return { ceiling: hits / truth.length, constant: Math.max(ones, 1 - ones) };
}

/** Latents up to which a record holds what each of them reads. */
const MOST_SHOWN = 10;

/** The outputs of an evaluation on the host, and the labels that they are of. */
export type Viewed = { [Name in keyof AttentionOutputs]: Float32Array } & { flips: Flips };

export type AttentionScores = {
  specialisation: number;
  unevenness: number;
  /** Of the validation queries; accuracies are those of the test queries, the second one with the encoder off. */
  loss: number;
  accuracy: number;
  encoderOff: number;
  /** By latent: the share of its attention that goes to the first cluster; null for many latents. */
  shares: number[] | null;
  /** [latents][parts of the rows] attention beside an even one; null at most steps. */
  map: number[][] | null;
};

/** What a record has: an evaluation before the training, some meanwhile, one at its end. */
export type AttentionDetails = { evaluations: ({ step: number } & AttentionScores)[] };

/**
 * An evaluation: scores are means over the ways in which labels are flipped, the attention is that of the first.
 *
 * @param bins parts of a cluster in the map; 0 for no map
 */
export function attentionScores(
  data: SyntheticAttention,
  views: readonly Viewed[],
  bins: number,
): AttentionScores {
  const { weights } = views[0]!;
  const byCluster = clusterShares(weights, data.cluster);
  const shown = byCluster.length <= MOST_SHOWN;
  const score = (part: "val" | "test", name: "encoded" | "raw", measure: "loss" | "accuracy") =>
    views.reduce((sum, view) => sum + scoreQueries(data, part, view[name], view.flips)[measure], 0) /
    views.length;
  return {
    specialisation: specialisation(byCluster),
    unevenness: unevenness(weights, data.cluster.length),
    loss: score("val", "encoded", "loss"),
    accuracy: score("test", "encoded", "accuracy"),
    encoderOff: score("test", "raw", "accuracy"),
    shares: shown ? byCluster.map(([first]) => first!) : null,
    map: shown && bins > 0
      ? clusterShares(weights, data.cluster, bins).map((parts) =>
        parts.map((share) => rounded(share * parts.length))
      )
      : null,
  };
}

/** To four digits, which is more than a colour shows. */
export const rounded = (value: number): number => Number(value.toPrecision(4));
