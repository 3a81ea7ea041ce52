import * as tf from "@tensorflow/tfjs-core";
import { type Affine, matrix } from "../nn/affine.ts";
import { firstRows } from "./points.ts";
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
 * @param key, value [d, w] @param hidden [b, n], 1 = not to be read
 * @returns [reads·b, m, w]
 */
export function latentAttention(
  reads: Read[],
  { x, linear }: Affine,
  key: tf.Tensor2D,
  value: tf.Tensor2D,
  heads: number,
  scale: number,
  hidden?: tf.Tensor2D,
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
  const keys = perHead(key);
  const scored = new Map<tf.Tensor3D, tf.Tensor3D>();
  const scoresOf = (queries: tf.Tensor3D): tf.Tensor3D => {
    const known = scored.get(queries) ?? scoresOfRows(x, readersOf(queries, keys, scale));
    scored.set(queries, known);
    return known;
  };
  const sums = stack(reads.map(({ count, queries }) => {
    const part = hidden && firstRows(hidden, count);
    return softmaxProduct(
      firstRows(scoresOf(queries), count),
      firstRows(x, count),
      part && tf.expandDims(part, -1),
    );
  }));
  const b = sums.shape[0];
  const byHead = tf.reshape(
    tf.transpose(tf.reshape(sums, [b, heads, m, c]), [1, 0, 2, 3]),
    [heads, b * m, c],
  );
  const attended = tf.reshape(
    tf.transpose(tf.reshape(tf.matMul(byHead, perHead(value)), [heads, b, m, w / heads]), [1, 2, 0, 3]),
    [b, m, w],
  ) as tf.Tensor3D;
  if (!linear?.bias) return attended;
  const shift = tf.reshape(tf.matMul(tf.reshape(linear.bias.variable, [1, -1]), value), [1, 1, w]);
  if (!hidden) return tf.add(attended, shift);
  // Weights sum to 1, except where nothing may be read.
  const share = tf.concat(reads.map(({ count }) => tf.any(tf.equal(firstRows(hidden, count), 0), 1)));
  return tf.add(attended, tf.mul(shift, tf.reshape(tf.cast(share, "float32"), [b, 1, 1])));
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

/** Side by side in the first axis. */
export const stack = (parts: tf.Tensor3D[]): tf.Tensor3D =>
  parts.length === 1 ? parts[0]! : tf.concat(parts, 0);
