import * as tf from "@tensorflow/tfjs-core";
import type { Rng } from "../engine/random.ts";
import { latentAttention, pays } from "./latent_attention.ts";
import { dropout, dropoutFactors, expectShape, gelu, layerNorm, linear } from "./layers.ts";
import type { Init } from "./parameters.ts";

/** Choices that all attention blocks of a model share; names after the `model_*` options of the reference. */
export interface AttentionOptions {
  heads: number;
  /** `pre`: on the block's queries and before the row-wise network; `post`: after the two residual sums. */
  layerNorm: "pre" | "post" | "none";
  layerNormEps: number;
  /** `softmax` over scores / sqrt(dimKV), or `constant`: scores / head width as they are. */
  scoreNorm: "softmax" | "constant";
  /** A Linear layer after the heads; without it dimEmb must equal dimOut. */
  mixHeads: boolean;
  /** An own Linear layer for the residual; without it the projected query is the residual (dimEmb = dimOut). */
  separateResidual: boolean;
  /** Number of hidden layers of the row-wise network, each of width 4·dimOut. */
  rffDepth: number;
  hiddenDropout: number;
  attentionDropout: number;
}

export const DEFAULT_ATTENTION: AttentionOptions = {
  heads: 8,
  layerNorm: "pre",
  layerNormEps: 1e-12,
  scoreNorm: "softmax",
  mixHeads: true,
  separateResidual: true,
  rffDepth: 1,
  hiddenDropout: 0.1,
  attentionDropout: 0.1,
};

interface MabWidths {
  dimQ: number;
  dimKV: number;
  dimEmb: number;
  dimOut: number;
}

export const widthsOf = (width: number): MabWidths => ({
  dimQ: width,
  dimKV: width,
  dimEmb: width,
  dimOut: width,
});

/** Queries x [b, nq, dimQ], keys and values from y [b, nk, dimKV]; gives [b, nq, dimOut]. Dropout only with `rng`. */
export type Mab = (x: tf.Tensor3D, y: tf.Tensor3D, rng?: Rng) => tf.Tensor3D;

/** A block whose attention can be looked at. */
export interface ReadableMab extends Mab {
  /** What each query reads of each row before dropout, [b, heads, nq, nk]; with softmax, shares that add up to 1. */
  weights(x: tf.Tensor3D, y: tf.Tensor3D): tf.Tensor4D;
}

/**
 * Multi-head attention block MAB(x, y) followed by a row-wise network (paper, section 3; reference
 * `npt/model/npt_modules.py`). Two things differ from a usual transformer: only the query side is normalised, and the
 * residual around the attention is a Linear layer of the raw query.
 *
 * @throws Error if heads do not divide dimEmb, or an option needs dimEmb = dimOut.
 */
export function mab(init: Init, name: string, widths: MabWidths, options: AttentionOptions): ReadableMab {
  const { dimQ, dimKV, dimEmb, dimOut } = widths;
  const { heads, hiddenDropout, attentionDropout, mixHeads, separateResidual } = options;
  if (dimEmb % heads !== 0) {
    throw new Error(`${name}: expected heads to divide the width ${dimEmb}, found ${heads}.`);
  }
  if (!(mixHeads && separateResidual) && dimEmb !== dimOut) {
    throw new Error(
      `${name}: expected dimEmb ${dimEmb} and dimOut ${dimOut} to be equal without a mixing layer.`,
    );
  }
  const scope = init.within(name);
  const norm = (when: "pre" | "post", part: string, width: number) =>
    options.layerNorm === when ? layerNorm(scope, part, width, options.layerNormEps) : same;
  const query = linear(scope, "query", dimQ, dimEmb);
  const key = linear(scope, "key", dimKV, dimEmb);
  const value = linear(scope, "value", dimKV, dimEmb);
  const mix = mixHeads ? linear(scope, "mix", dimEmb, dimOut) : same;
  const residual = separateResidual ? linear(scope, "residual", dimQ, dimOut) : null;
  const normQuery = norm("pre", "norm0", dimQ);
  const normSum = norm("post", "norm0", dimOut);
  const normRff = norm("pre", "norm1", dimOut);
  const normOut = norm("post", "norm1", dimOut);
  const rff = rowWise(scope, dimOut, options);
  const softmax = options.scoreNorm === "softmax";
  const scale = softmax ? 1 / Math.sqrt(dimKV) : heads / dimEmb;
  const weightsOf = (q: tf.Tensor3D, y: tf.Tensor3D): tf.Tensor4D => {
    const scores = tf.matMul(splitHeads(tf.mul(q, scale), heads), splitHeads(key(y), heads), false, true);
    return (softmax ? tf.softmax(scores, -1) : scores) as tf.Tensor4D;
  };
  const byRows = (q: tf.Tensor3D, y: tf.Tensor3D, rng?: Rng): tf.Tensor3D => {
    const weights = dropout(weightsOf(q, y), attentionDropout, rng);
    return mergeHeads(tf.matMul(weights, splitHeads(value(y), heads)) as tf.Tensor4D);
  };
  const byReaders = (q: tf.Tensor3D, y: tf.Tensor3D, rng?: Rng): tf.Tensor3D =>
    latentAttention([{ count: y.shape[1], queries: q }], { x: y }, {
      key,
      value,
      heads,
      scale,
      dropout: dropoutFactors(attentionDropout, rng),
    });

  const block: Mab = (x, y, rng) => {
    expectShape(`${name} queries`, x, [null, null, dimQ]);
    expectShape(`${name} keys`, y, [x.shape[0], null, dimKV]);
    const q = query(normQuery(x));
    // Few queries of many rows, such as inducing points, are cheaper without keys and values of the rows.
    const attend = softmax && pays(q.shape[1], heads, { width: dimKV }, dimEmb) ? byReaders : byRows;
    const attended = attend(q, y, rng);
    const sum = normSum(
      tf.add(dropout(mix(attended), hiddenDropout, rng), residual ? residual(x) : q) as tf.Tensor3D,
    );
    return normOut(tf.add(sum, rff(normRff(sum), rng)) as tf.Tensor3D);
  };
  return Object.assign(block, {
    weights: (x: tf.Tensor3D, y: tf.Tensor3D) => weightsOf(query(normQuery(x)), y),
  });
}

/** rFF: `rffDepth` hidden layers of width 4·width with GELU, dropout after every layer. */
function rowWise(init: Init, width: number, { rffDepth, hiddenDropout }: AttentionOptions) {
  const scope = init.within("rff");
  const hidden = Array.from(
    { length: rffDepth },
    (_, i) => linear(scope, `${i}`, i === 0 ? width : 4 * width, 4 * width),
  );
  const last = linear(scope, `${rffDepth}`, 4 * width, width);
  return (x: tf.Tensor3D, rng?: Rng): tf.Tensor3D => {
    const inner = hidden.reduce((h, layer) => dropout(gelu(layer(h)), hiddenDropout, rng), x);
    return dropout(last(inner), hiddenDropout, rng);
  };
}

const same = <T extends tf.Tensor>(x: T): T => x;

/** [b, n, heads·w] to [b, heads, n, w]. */
function splitHeads(x: tf.Tensor3D, heads: number): tf.Tensor4D {
  const [b, n, width] = x.shape;
  return tf.transpose(tf.reshape(x, [b, n, heads, width / heads]), [0, 2, 1, 3]) as tf.Tensor4D;
}

/** [b, heads, n, w] to [b, n, heads·w]. */
function mergeHeads(x: tf.Tensor4D): tf.Tensor3D {
  const [b, heads, n, w] = x.shape;
  return tf.reshape(tf.transpose(x, [0, 2, 1, 3]), [b, n, heads * w]) as tf.Tensor3D;
}
