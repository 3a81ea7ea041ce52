import * as tf from "@tensorflow/tfjs-core";
import { matrix, type RowForm } from "./affine.ts";
import type { Linear } from "./layers.ts";

/** How rows are read. A bias of the key would add the same to the score of every row, and is left out. */
export interface Projections {
  /** To keys and values of width w, [d, w]. */
  key: Linear;
  value: Linear;
  heads: number;
  /** Factor of the scores. */
  scale: number;
}

/** Reading of rows as they are, by queries and sums that take over the projections of keys and values. */
export function absorb({ width, linear }: RowForm, { key, value, heads, scale }: Projections) {
  const before = linear && matrix(linear);
  const w = key.weight.shape[1]!;
  // [heads, c, w / heads]: of a row to its keys or values, head by head.
  const perHead = (weight: tf.Tensor2D) =>
    tf.transpose(
      tf.reshape(before ? tf.matMul(before, weight) : weight, [width, heads, w / heads]),
      [1, 0, 2],
    ) as tf.Tensor3D;
  const keys = perHead(matrix(key));
  const shift = shiftOf(linear, value);
  return {
    /** Queries [b0, m, w] to readers of rows, [b0, c, heads·m]. */
    readers: (queries: tf.Tensor3D): tf.Tensor3D => readersOf(queries, keys, scale),
    /** What is added to every value, [w]; undefined for nothing. */
    shift,
    /**
     * From weighted sums of rows to those of values.
     *
     * @param sums [b, heads·m, c]
     * @param weight [b, heads·m, 1], how much the weights add up to; absent for 1
     * @returns [b, m, w]
     */
    values(sums: tf.Tensor3D, weight?: tf.Tensor): tf.Tensor3D {
      const b = sums.shape[0];
      const ofHeads = tf.matMul(byHead(sums, heads), perHead(matrix(value))) as tf.Tensor3D;
      if (!shift) return besides(ofHeads, b);
      const perHeadShift = tf.reshape(shift, [heads, 1, w / heads]);
      const added = weight ? tf.mul(perHeadShift, byHead(weight, heads)) : perHeadShift;
      return besides(tf.add(ofHeads, added), b);
    },
  };
}

/** [b, heads·m, width] to [heads, b·m, width]. */
function byHead(x: tf.Tensor, heads: number): tf.Tensor3D {
  const [b, p, width] = x.shape as [number, number, number];
  const split = tf.reshape(x, [b, heads, p / heads, width]);
  return tf.reshape(tf.transpose(split, [1, 0, 2, 3]), [heads, b * p / heads, width]);
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

/** Queries [b0, m, w] through the keys [heads, c, w / heads] to readers of rows, [b0, c, heads·m]. */
function readersOf(queries: tf.Tensor3D, keys: tf.Tensor3D, scale: number): tf.Tensor3D {
  const [b0, m, w] = queries.shape;
  const [heads, c] = keys.shape;
  const split = tf.reshape(tf.mul(queries, scale), [b0 * m, heads, w / heads]);
  const readers = tf.matMul(keys, tf.transpose(split, [1, 0, 2]) as tf.Tensor3D, false, true);
  return tf.reshape(tf.transpose(tf.reshape(readers, [heads, c, b0, m]), [2, 1, 0, 3]), [b0, c, heads * m]);
}

/** Rows [b, n, c] times readers [1 or b, c, p], [b, n, p]; readers for all in one product. */
export function scoresOfRows(x: tf.Tensor3D, readers: tf.Tensor3D): tf.Tensor3D {
  const [b, n, c] = x.shape;
  const [b0, , p] = readers.shape;
  if (b0 > 1) return tf.matMul(x, readers);
  const flat = tf.matMul(
    tf.reshape(x, [b * n, c]) as tf.Tensor2D,
    tf.reshape(readers, [c, p]) as tf.Tensor2D,
  );
  return tf.reshape(flat, [b, n, p]);
}
