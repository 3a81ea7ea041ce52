import * as tf from "@tensorflow/tfjs-core";
import type { Init } from "../nn/parameters.ts";
import { reluMlp } from "../nn/relu_mlp.ts";
import { attention, selfWidths } from "./attention.ts";
import type { EncoderDims } from "./dims.ts";
import { firstRows, stack } from "./latent_attention.ts";
import { pairs } from "./points.ts";
import { type Pooled, pooled } from "./pooled.ts";

/**
 * One vector per data set, the mean over its points (`PoolingEncoder`, `regression/models/modules.py`).
 *
 * @param dims `selfAttention` (default false): points attend to each other first; `dimLat`: width of the latent
 * variable, undefined for a plain vector
 */
export function poolingEncoder(
  init: Init,
  name: string,
  dims: EncoderDims & { preDepth: number; postDepth: number; dimLat?: number; selfAttention?: boolean },
): Pooled {
  const { dimX, dimY, dimHid, preDepth, postDepth, dimLat, selfAttention = false } = dims;
  const scope = init.within(name);
  const [first, depth] = selfAttention ? ["net_pre.0", preDepth - 2] : ["net_pre", preDepth];
  const pre = reluMlp(scope, first as string, dimX + dimY, dimHid, dimHid, depth as number);
  const self = selfAttention ? attention(scope, "net_pre.2", selfWidths(dimHid)) : undefined;
  const post = reluMlp(scope, "net_post", dimHid, dimHid, dimLat ? 2 * dimLat : dimHid, postDepth);
  const readRows = (rows: tf.Tensor3D): tf.Tensor3D => {
    if (!self) return rows;
    const x = tf.relu(rows);
    return self.rows({ x }, x, x);
  };
  return pooled(post, (x, y, firsts, keep) => {
    const rows = pre(pairs(x, y));
    const means = firsts.map((count) => mean(readRows(firstRows(rows, count)), keep));
    return tf.squeeze(stack(means), [1]);
  });
}

/** The reference's number in the divisor of a masked mean. */
const EPSILON = 1e-5;

/** The mean over rows [b, n, w], or over those where `keep` [b, n] is 1; [b, 1, w]. */
function mean(rows: tf.Tensor3D, keep?: tf.Tensor2D): tf.Tensor3D {
  if (!keep) return tf.mean(rows, 1, true);
  const kept = tf.expandDims(keep, -1);
  return tf.div(tf.sum(tf.mul(rows, kept), 1, true), tf.add(tf.sum(kept, 1, true), EPSILON));
}
