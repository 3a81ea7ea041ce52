import * as tf from "@tensorflow/tfjs-core";
import type { Init } from "../../nn/parameters.ts";
import { reluMlp } from "../../nn/relu_mlp.ts";
import { attention, type Hidden, selfWidths } from "./attention.ts";
import type { EncoderDims } from "./dims.ts";
import { firstRows, stack } from "../../nn/rows.ts";
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
  const readRows = (rows: tf.Tensor3D, hidden?: Hidden): tf.Tensor3D => {
    if (!self) return rows;
    const x = tf.relu(rows);
    return self.rows({ x }, x, x, hidden);
  };
  return pooled(post, (points, firsts) => {
    const rows = pre(pairs(points));
    const means = firsts.map((count) => {
      const hidden = points.hidden && firstRows(points.hidden, count);
      return mean(readRows(firstRows(rows, count), hidden), hidden);
    });
    return tf.squeeze(stack(means), [1]);
  });
}

/** The mean over rows [b, n, w] that are not hidden [b, n]; [b, 1, w]. */
function mean(rows: tf.Tensor3D, hidden?: Hidden): tf.Tensor3D {
  if (!hidden) return tf.mean(rows, 1, true);
  const points = tf.expandDims(tf.sub(1, hidden), -1);
  return tf.div(tf.sum(tf.mul(rows, points), 1, true), tf.sum(points, 1, true));
}
