import * as tf from "@tensorflow/tfjs-core";
import { type Affine, applyAfter, formOf, type RowForm, rowsOf } from "../../nn/affine.ts";
import { latentAttention, latentReader, pays, type Read } from "../../nn/latent_attention.ts";
import { firstRows, layerNorm, linear, stack } from "../../nn/layers.ts";
import type { RowReader } from "../../nn/online_softmax.ts";
import type { Init } from "../../nn/parameters.ts";
import { attendFeatures, attendRows, headReader, type KeyedReader, keyedReader } from "./heads.ts";

interface AttentionWidths {
  dimQ: number;
  dimK: number;
  dimV: number;
  dimOut: number;
  heads: number;
}

/** Rows [batch, nk] that must not be read are 1. */
export type Hidden = tf.Tensor2D;

export interface Reach {
  hidden?: Hidden;
  /** The same rows are read several times over, each time only the first so many: p numbers of rows. */
  firsts?: number[];
}

/** `MultiHeadAttn` of the reference, in the three ways in which it is used. */
export interface Attention {
  /** Queries [b, nq, dimQ] read rows: keys [b, nk, dimK] and values [b, nk, dimV] to [b, nq, dimOut]. */
  rows(q: Affine, k: tf.Tensor3D, v: tf.Tensor3D, hidden?: Hidden): tf.Tensor3D;
  /** Attention between the features of equally many rows, of cost linear in them (`permute_dims`). */
  features(q: tf.Tensor3D, k: tf.Tensor3D, v: tf.Tensor3D, hidden?: Hidden): tf.Tensor3D;
  /**
   * Few queries, [1 or p·b, m, dimQ], read many rows [b, n, dimK], which are keys and values at once.
   *
   * @param reach what is read: all rows, or p times the first so many of them
   * @returns [p·b, m, dimOut], what was read of the first number of rows first
   */
  latents(q: tf.Tensor3D, source: Affine, reach?: Reach): tf.Tensor3D;
  /** The same for rows of a form that come in pieces; `q` is [1 or b, m, dimQ]. */
  reader(q: tf.Tensor3D, form: RowForm): RowReader;
  /** What `rows` computes, for keys and values that come in pieces; `q` is [1 or b, nq, dimQ]. */
  keyed(q: tf.Tensor3D): KeyedReader;
}

/** Eight heads of equal queries, keys and values, as all encoders use them. */
export const selfWidths = (width: number): AttentionWidths => ({
  dimQ: width,
  dimK: width,
  dimV: width,
  dimOut: width,
  heads: 8,
});

const EPSILON = 1e-5;

/**
 * Multi-head attention with a residual from the projected query and two layer norms
 * (`regression/models/attention.py`): o = ln1(q + heads), result ln2(o + ReLU(fc_out(o))). The scale is
 * 1/sqrt(dimOut) whatever the width of a head.
 *
 * @throws Error if the heads do not divide dimOut.
 */
export function attention(init: Init, name: string, widths: AttentionWidths): Attention {
  const { dimQ, dimK, dimV, dimOut, heads } = widths;
  const scope = init.within(name);
  if (dimOut % heads !== 0) {
    throw new Error(`${name}: expected heads to divide the width ${dimOut}, found ${heads}.`);
  }
  const query = linear(scope, "fc_q", dimQ, dimOut, false);
  const key = linear(scope, "fc_k", dimK, dimOut, false);
  const value = linear(scope, "fc_v", dimV, dimOut, false);
  const out = linear(scope, "fc_out", dimOut, dimOut);
  const norm1 = layerNorm(scope, "ln1", dimOut, EPSILON);
  const norm2 = layerNorm(scope, "ln2", dimOut, EPSILON);
  const scale = 1 / Math.sqrt(dimOut);
  const projections = { key, value, heads, scale };
  const finish = (q: tf.Tensor3D, attended: tf.Tensor3D): tf.Tensor3D => {
    const o = norm1(tf.add(q, attended) as tf.Tensor3D);
    return norm2(tf.add(o, tf.relu(out(o))) as tf.Tensor3D);
  };
  return {
    rows(q, k, v, hidden) {
      const projected = applyAfter(q, query);
      return finish(projected, attendRows(projected, key(k), value(v), heads, scale, hidden));
    },
    features(q, k, v, hidden) {
      const projected = query(q);
      return finish(projected, attendFeatures(projected, key(k), value(v), heads, scale, hidden));
    },
    latents(q, source, { hidden, firsts = [source.x.shape[1]] } = {}) {
      const projected = query(q);
      const reads = firsts.map((count, i) => ({ count, queries: share(projected, i, firsts.length) }));
      const attended = pays(projected.shape[1], heads, formOf(source), dimOut)
        ? latentAttention(reads, source, { ...projections, hidden })
        : rowAttention(reads, key(rowsOf(source)), value(rowsOf(source)), heads, scale, hidden);
      return finish(projected, attended);
    },
    reader(q, form) {
      const projected = query(q);
      const reader = pays(projected.shape[1], heads, form, dimOut)
        ? latentReader(projected, form, projections)
        : headReader(projected, projections);
      return { ...reader, result: (state) => finish(projected, reader.result(state)) };
    },
    keyed(q) {
      const projected = query(q);
      const reader = keyedReader(projected, projections);
      return { ...reader, result: (state) => finish(projected, reader.result(state)) };
    },
  };
}

/** Part i of p of the queries; a single set of queries serves all. */
const share = (q: tf.Tensor3D, i: number, p: number): tf.Tensor3D => {
  const b = q.shape[0] / p;
  return q.shape[0] === 1 || p === 1 ? q : tf.slice(q, [i * b, 0, 0], [b, -1, -1]);
};

/** What `latentAttention` computes, from keys and values of all rows. */
function rowAttention(
  reads: Read[],
  k: tf.Tensor3D,
  v: tf.Tensor3D,
  heads: number,
  scale: number,
  hidden?: Hidden,
): tf.Tensor3D {
  return stack(reads.map(({ count, queries }) => {
    const [, m, w] = queries.shape;
    const q = tf.broadcastTo(queries, [k.shape[0], m, w]) as tf.Tensor3D;
    return attendRows(
      q,
      firstRows(k, count),
      firstRows(v, count),
      heads,
      scale,
      hidden && firstRows(hidden, count),
    );
  }));
}
