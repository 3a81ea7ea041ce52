import * as tf from "@tensorflow/tfjs-core";
import { absorb, type Projections, scoresOfRows } from "./absorbed.ts";
import { type Affine, formOf, type RowForm } from "./affine.ts";
import { firstRows, stack } from "./layers.ts";
import {
  merged,
  readsAny,
  type RowReader,
  type Seen,
  sharesOf,
  type SoftmaxState,
  stateOf,
} from "./online_softmax.ts";
import { softmaxProduct } from "./softmax_product.ts";

/**
 * Whether few queries should take the projections of keys and values upon themselves: true if that costs fewer
 * multiplications for each row.
 */
export function pays(queries: number, heads: number, { width: c, linear }: RowForm, width: number): boolean {
  const d = linear ? linear.weight.shape[1]! : c;
  const absorbed = 2 * queries * heads * c;
  const plain = (linear ? c * d : 0) + 2 * d * width + 2 * queries * width;
  return absorbed <= plain;
}

/**
 * Multi-head attention of m queries over many rows without keys and values of the rows.
 *
 * A key is a linear map of a row, so the score of head h is (q_h W_hᵀ)·row: the queries are projected instead, and all
 * heads read the rows themselves with one product. The weighted sums of rows are projected to values at the end. A
 * linear layer before the rows goes the same way; what its bias adds to a score is the same for every row and leaves
 * the softmax unchanged. Equal to the attention head by head but for rounding.
 *
 * @param reads each reads rows of its own number with projected queries [1 or b, m, w]
 * @returns [reads·b, m, w]
 */
export function latentAttention(
  reads: Read[],
  source: Affine,
  { hidden, dropout, ...projections }: Reading,
): tf.Tensor3D {
  const { x } = source;
  const { readers, shift, values } = absorb(formOf(source), projections);
  const masked = hidden && tf.expandDims(hidden, -1) as tf.Tensor3D;
  const { queries } = reads[0]!;
  if (!dropout && reads.every((read) => read.queries === queries)) {
    const seen: Seen = { scores: scoresOfRows(x, readers(queries)), values: x, hidden: masked };
    const states = nestedReads(seen, reads.map(({ count }) => count));
    return values(stack(states.map(sharesOf)), hidden && stack(states.map(readsAny)));
  }
  // What is added to every value counts as much as the weights add up to. They add up to 1, but for dropped and
  // hidden ones: then a column of ones is read along.
  const counted = shift && (hidden || dropout);
  const rows = counted ? tf.concat([x, tf.ones([x.shape[0], x.shape[1], 1])], 2) as tf.Tensor3D : x;
  const sums = stack(reads.map(({ count, queries }) => {
    const scores = scoresOfRows(firstRows(x, count), readers(queries));
    return softmaxProduct(scores, firstRows(rows, count), {
      hidden: masked && firstRows(masked, count),
      factors: dropout?.(scores.shape),
    });
  }));
  if (!counted) return values(sums);
  const c = x.shape[2];
  return values(tf.slice(sums, [0, 0, 0], [-1, -1, c]), tf.slice(sums, [0, 0, c], [-1, -1, 1]));
}

/** The same for rows that come in pieces. @param queries projected ones, [1 or b, m, w] */
export function latentReader(queries: tf.Tensor3D, form: RowForm, projections: Projections): RowReader {
  const { readers, values } = absorb(form, projections);
  const projected = readers(queries);
  return {
    size: (b) => [b, projected.shape[2], form.width],
    look: ({ x }, hidden) => ({
      scores: scoresOfRows(x, projected),
      values: x,
      hidden: hidden && tf.expandDims(hidden, -1) as tf.Tensor3D,
    }),
    result: (state) => values(sharesOf(state), readsAny(state)),
  };
}

interface Reading extends Projections {
  /** [b, n], 1 for rows that must not be read. */
  hidden?: tf.Tensor2D;
  /** Factors of the weights: 0 for dropped ones. */
  dropout?: (shape: [number, number, number]) => tf.Tensor;
}

/** One reading of the first `count` rows. */
export interface Read {
  count: number;
  queries: tf.Tensor3D;
}

/**
 * What the same readers have of the first so many rows, for several numbers of rows: a latent variable's prior reads
 * the context, its posterior the targets as well. Every row is read once, and the states of parts are joined.
 *
 * @returns the states in the order of `counts`, with gradients
 */
export function nestedReads(seen: Seen, counts: readonly number[]): SoftmaxState[] {
  const ends = [...new Set(counts)].sort((a, b) => a - b);
  const states = new Map<number, SoftmaxState>();
  ends.reduce((before: SoftmaxState | undefined, end, i) => {
    const part = stateOf(rowsBetween(seen, ends[i - 1] ?? 0, end));
    const state = before ? merged(before, part) : part;
    states.set(end, state);
    return state;
  }, undefined);
  return counts.map((count) => states.get(count)!);
}

/** Rows from `start` to before `end`. */
function rowsBetween({ scores, values, hidden }: Seen, start: number, end: number): Seen {
  const cut = (x: tf.Tensor3D): tf.Tensor3D => tf.slice(x, [0, start, 0], [-1, end - start, -1]);
  return { scores: cut(scores), values: cut(values), hidden: hidden && cut(hidden) };
}
