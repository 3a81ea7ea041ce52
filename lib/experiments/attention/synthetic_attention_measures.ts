import type { SyntheticAttention } from "../../data/synthetic_attention.ts";
import type { AttentionLook } from "./synthetic_attention_step.ts";
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

/** Whether the labels of either cluster are turned into the other one. */
export type Turns = readonly [number, number];

/** [queries of a part × labels] true labels. */
export function labelsOf(
  { table, queries, cluster }: SyntheticAttention,
  part: "val" | "test",
  turns: Turns = [0, 0],
): Int32Array {
  const d = table.columns.length;
  const targets = table.columns.flatMap(({ target }, j) => target ? [j] : []);
  const [start, count] = queries[part];
  return Int32Array.from({ length: count * targets.length }, (_, at) => {
    const row = start + Math.floor(at / targets.length);
    const code = table.codes[row * d + targets[at % targets.length]!]!;
    return turns[cluster[row]!] ? 1 - code : code;
  });
}

/** Accuracy and loss of a part's labels. @param logits of all queries, [queries, labels, 2] */
export function scoreQueries(
  data: SyntheticAttention,
  part: "val" | "test",
  logits: Float32Array,
  turns?: Turns,
): { accuracy: number; loss: number } {
  const truth = labelsOf(data, part, turns);
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

/** What a look sees, as numbers. */
export type Seen = Record<keyof AttentionLook, Float32Array> & { turns: Turns };

/**
 * A look's measures under names that end in its step: scores are means over the ways in which labels are turned, the
 * attention is that of the first.
 */
export function measuresOf(
  data: SyntheticAttention,
  views: readonly Seen[],
  step: number,
  bins: number,
): Record<string, number> {
  const { weights } = views[0]!;
  const byCluster = sharesOf(weights, data.cluster);
  const score = (part: "val" | "test", name: "encoded" | "raw", measure: "loss" | "accuracy") =>
    views.reduce((sum, view) => sum + scoreQueries(data, part, view[name], view.turns)[measure], 0) /
    views.length;
  const measures: Record<string, number> = {
    [`specialisation@${step}`]: specialisation(byCluster),
    [`unevenness@${step}`]: unevenness(weights, data.cluster.length),
    [`loss@${step}`]: score("val", "encoded", "loss"),
    [`accuracy@${step}`]: score("test", "encoded", "accuracy"),
    [`encoder off@${step}`]: score("test", "raw", "accuracy"),
  };
  if (byCluster.length > MOST_SHOWN) return measures;
  byCluster.forEach(([first], latent) => measures[`latent ${latent + 1}@${step}`] = first!);
  if (bins === 0) return measures;
  sharesOf(weights, data.cluster, bins).forEach((parts, latent) =>
    parts.forEach((share, part) =>
      measures[`map ${latent + 1} ${part}@${step}`] = Number((share * parts.length).toPrecision(4))
    )
  );
  return measures;
}
