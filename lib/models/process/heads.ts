import * as tf from "@tensorflow/tfjs-core";
import { type Affine, rowsOf } from "../../nn/affine.ts";
import type { Projections } from "../../nn/absorbed.ts";
import { type RowReader, type Seen, sharesOf } from "../../nn/online_softmax.ts";
import { softmaxProduct } from "../../nn/softmax_product.ts";

/**
 * Softmax attention over rows, head by head.
 *
 * @param q [b, nq, w] @param k, v [b, nk, w]
 * @param hidden 1 for rows that must not be read: [b, nk] by anyone, or [1 or b, nk, nq] by a query
 * @returns [b, nq, w]
 */
export function attendRows(
  q: tf.Tensor3D,
  k: tf.Tensor3D,
  v: tf.Tensor3D,
  heads: number,
  scale: number,
  hidden?: tf.Tensor2D | tf.Tensor3D,
): tf.Tensor3D {
  const { scores, values, hidden: mask } = seenByHeads(q, k, v, heads, scale, hidden);
  return mergeHeads(softmaxProduct(scores, values, { hidden: mask }), heads);
}

/** Queries that read rows whose keys and values are made of different things, [b, n, dimK] and [b, n, dimV]. */
export interface KeyedReader extends Omit<RowReader, "look"> {
  look(k: tf.Tensor3D, v: tf.Tensor3D, hidden?: tf.Tensor2D): Seen;
}

/** What queries [1 or b, m, w] see in rows that come in pieces, by keys and values as in `attendRows`. */
export function keyedReader(
  queries: tf.Tensor3D,
  { key, value, heads, scale }: Projections,
): KeyedReader {
  const [, m, w] = queries.shape;
  return {
    size: (b) => [b * heads, m, w / heads],
    look(k, v, hidden) {
      const q = tf.broadcastTo(queries, [k.shape[0], m, w]) as tf.Tensor3D;
      return seenByHeads(q, key(k), value(v), heads, scale, hidden);
    },
    result: (state) => mergeHeads(sharesOf(state), heads),
  };
}

/** The same where one row is key and value. */
export function headReader(queries: tf.Tensor3D, projections: Projections): RowReader {
  const reader = keyedReader(queries, projections);
  return {
    ...reader,
    look(rows: Affine, hidden) {
      const x = rowsOf(rows);
      return reader.look(x, x, hidden);
    },
  };
}

/** Scores and values of the rows for each task and head, b·heads groups. */
function seenByHeads(
  q: tf.Tensor3D,
  k: tf.Tensor3D,
  v: tf.Tensor3D,
  heads: number,
  scale: number,
  hidden?: tf.Tensor2D | tf.Tensor3D,
): Seen {
  const b = k.shape[0];
  const width = q.shape[2] / heads;
  const split = (x: tf.Tensor3D): tf.Tensor3D =>
    tf.reshape(
      tf.transpose(tf.reshape(x, [b, x.shape[1], heads, width]), [0, 2, 1, 3]),
      [b * heads, x.shape[1], width],
    );
  return {
    scores: tf.matMul(split(k), split(tf.mul(q, scale)), false, true),
    values: split(v),
    hidden: hidden && perHead(hidden, heads),
  };
}

/** [b·heads, nq, width] to [b, nq, heads·width]. */
function mergeHeads(x: tf.Tensor3D, heads: number): tf.Tensor3D {
  const [groups, nq, width] = x.shape;
  const b = groups / heads;
  const merged = tf.transpose(tf.reshape(x, [b, heads, nq, width]), [0, 2, 1, 3]);
  return tf.reshape(merged, [b, nq, heads * width]);
}

/** A mask [b, nk] or [b, nk, nq] for every head, [b·heads, nk, 1 or nq]; one for all tasks stays one. */
function perHead(hidden: tf.Tensor, heads: number): tf.Tensor3D {
  const [b, nk, nq = 1] = hidden.shape as [number, number, number?];
  const mask = tf.reshape(hidden, [b, 1, nk, nq]);
  return b === 1
    ? tf.reshape(mask, [1, nk, nq])
    : tf.reshape(tf.tile(mask, [1, heads, 1, 1]), [b * heads, nk, nq]);
}

/**
 * Attention between features: in every head, feature i of the query reads the features of the value, with weights
 * softmax(qᵀk · scale), summed over the rows; cost linear in the rows.
 *
 * @param q, k, v [b, n, w] @param hidden [b, n]: the reference's mask, which fits only where n is a head's width, and
 * then hides features
 * @returns [b, n, w]
 * @throws Error if a mask does not fit.
 */
export function attendFeatures(
  q: tf.Tensor3D,
  k: tf.Tensor3D,
  v: tf.Tensor3D,
  heads: number,
  scale: number,
  hidden?: tf.Tensor2D,
): tf.Tensor3D {
  const [b, n, w] = q.shape;
  const width = w / heads;
  if (hidden && n !== width) {
    throw new Error(
      `attention between features: a mask of ${n} rows fits only heads of that width, found ${width}`,
    );
  }
  // [b·heads, width, n]: features in the place of rows.
  const split = (x: tf.Tensor3D): tf.Tensor3D =>
    tf.reshape(
      tf.transpose(tf.reshape(x, [b, n, heads, width]), [0, 2, 3, 1]),
      [b * heads, width, n],
    );
  const scores = tf.matMul(split(k), split(tf.mul(q, scale)), false, true) as tf.Tensor3D;
  const attended = softmaxProduct(scores, split(v), { hidden: hidden && perHead(hidden, heads) });
  return tf.reshape(tf.transpose(tf.reshape(attended, [b, heads, width, n]), [0, 3, 1, 2]), [b, n, w]);
}
