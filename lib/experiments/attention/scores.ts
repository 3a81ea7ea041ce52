import type { SyntheticAttention } from "../../data/synthetic_attention.ts";
import type { AttentionOutputs } from "./step.ts";
import { accuracy, logLoss, probabilities } from "../../train/table/metrics.ts";

/** Shares of attention by latent: [h, parts], each row adding up to 1. */
export type Shares = number[][];

/**
 * The attention of each latent by cluster, or by equal parts of the clusters' rows in their order.
 *
 * @param weights [h, n]
 * @param parts of each cluster
 */
export function sharesOf(weights: Float32Array, cluster: Uint8Array, parts = 1): Shares {
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

/** What is found of the weights after a step. */
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
  const byCluster = sharesOf(weights, data.cluster);
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
      ? sharesOf(weights, data.cluster, bins).map((parts) =>
        parts.map((share) => rounded(share * parts.length))
      )
      : null,
  };
}

/** To four digits, which is more than a colour shows. */
export const rounded = (value: number): number => Number(value.toPrecision(4));
