import * as tf from "@tensorflow/tfjs-core";
import { type Affine, matrix } from "./affine.ts";
import type { Linear } from "./linear.ts";
import { firstRows, stack } from "./rows.ts";
import { softmaxProduct } from "./softmax_product.ts";

/**
 * Whether few queries should take the projections of keys and values upon themselves: true if that costs fewer
 * multiplications for each row.
 */
export function pays(queries: number, heads: number, { x, linear }: Affine, width: number): boolean {
  const c = x.shape[2];
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
  { x, linear }: Affine,
  { key, value, heads, scale, hidden, dropout }: Reading,
): tf.Tensor3D {
  const c = x.shape[2];
  const [, m, w] = reads[0]!.queries.shape;
  const before = linear && matrix(linear);
  // [heads, c, w / heads]: of a row to its keys or values, head by head.
  const perHead = (weight: tf.Tensor2D) =>
    tf.transpose(
      tf.reshape(before ? tf.matMul(before, weight) : weight, [c, heads, w / heads]),
      [1, 0, 2],
    ) as tf.Tensor3D;
  const keys = perHead(matrix(key));
  const scored = new Map<tf.Tensor3D, tf.Tensor3D>();
  const scoresOf = (queries: tf.Tensor3D): tf.Tensor3D => {
    const known = scored.get(queries) ?? scoresOfRows(x, readersOf(queries, keys, scale));
    scored.set(queries, known);
    return known;
  };
  // What is added to every value counts as much as the weights add up to. They add up to 1, but for dropped and
  // hidden ones: then a column of ones is read along.
  const shift = shiftOf(linear, value);
  const rows = shift && (hidden || dropout) ? tf.concat([x, tf.ones([...x.shape.slice(0, 2), 1])], 2) : x;
  const sums = stack(reads.map(({ count, queries }) => {
    const scores = firstRows(scoresOf(queries), count);
    const part = hidden && firstRows(hidden, count);
    return softmaxProduct(scores, firstRows(rows as tf.Tensor3D, count), {
      hidden: part && tf.expandDims(part, -1),
      factors: dropout?.(scores.shape),
    });
  }));
  const b = sums.shape[0];
  const byHead = tf.reshape(
    tf.transpose(tf.reshape(sums, [b, heads, m, -1]), [1, 0, 2, 3]),
    [heads, b * m, -1],
  ) as tf.Tensor3D;
  const read = rows === x ? byHead : tf.slice(byHead, [0, 0, 0], [-1, -1, c]);
  const ofHeads = tf.matMul(read, perHead(matrix(value))) as tf.Tensor3D;
  if (!shift) return besides(ofHeads, b);
  const perHeadShift = tf.reshape(shift, [heads, 1, w / heads]);
  const total = rows === x ? undefined : tf.slice(byHead, [0, 0, c], [-1, -1, 1]);
  return besides(tf.add(ofHeads, total ? tf.mul(perHeadShift, total) : perHeadShift), b);
}

/** [heads, b·m, w / heads] to [b, m, w]. */
function besides(x: tf.Tensor3D, b: number): tf.Tensor3D {
  const [heads, rows, width] = x.shape;
  const m = rows / b;
  return tf.reshape(tf.transpose(tf.reshape(x, [heads, b, m, width]), [1, 2, 0, 3]), [b, m, heads * width]);
}

/** What a layer before the rows and the value's own bias add to every value, [w]; undefined for nothing. */
function shiftOf(linear: Linear | undefined, value: Linear): tf.Tensor | undefined {
  const before = linear?.bias && tf.matMul(tf.reshape(linear.bias.variable, [1, -1]), matrix(value));
  const own = value.bias?.variable;
  return before && own ? tf.add(before, own) : before ?? own;
}

/** How rows are read. A bias of the key would add the same to the score of every row, and is left out. */
export interface Reading {
  /** To keys and values of width w, [d, w]. */
  key: Linear;
  value: Linear;
  heads: number;
  /** Factor of the scores. */
  scale: number;
  /** [b, n], 1 for rows that must not be read. */
  hidden?: tf.Tensor2D;
  /** Factors of the weights: 0 for dropped ones. */
  dropout?: (shape: [number, number, number]) => tf.Tensor;
}

/** Queries [b0, m, w] through the keys [heads, c, w / heads] to readers of rows, [b0, c, heads·m]. */
function readersOf(queries: tf.Tensor3D, keys: tf.Tensor3D, scale: number): tf.Tensor3D {
  const [b0, m, w] = queries.shape;
  const [heads, c] = keys.shape;
  const split = tf.reshape(tf.mul(queries, scale), [b0 * m, heads, w / heads]);
  const readers = tf.matMul(keys, tf.transpose(split, [1, 0, 2]) as tf.Tensor3D, false, true);
  return tf.reshape(tf.transpose(tf.reshape(readers, [heads, c, b0, m]), [2, 1, 0, 3]), [b0, c, heads * m]);
}

/** Rows [b, n, c] times readers [1 or b, c, p], [b, n, p]; readers for all in one product. */
function scoresOfRows(x: tf.Tensor3D, readers: tf.Tensor3D): tf.Tensor3D {
  const [b, n, c] = x.shape;
  const [b0, , p] = readers.shape;
  if (b0 > 1) return tf.matMul(x, readers);
  const flat = tf.matMul(
    tf.reshape(x, [b * n, c]) as tf.Tensor2D,
    tf.reshape(readers, [c, p]) as tf.Tensor2D,
  );
  return tf.reshape(flat, [b, n, p]);
}

/** One reading of the first `count` rows. */
export interface Read {
  count: number;
  queries: tf.Tensor3D;
}
