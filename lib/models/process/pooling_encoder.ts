import * as tf from "@tensorflow/tfjs-core";
import { firstRows, type ReluMlp, reluMlp, stack } from "../../nn/layers.ts";
import type { Init } from "../../nn/parameters.ts";
import { attention, type Hidden, selfWidths } from "./attention.ts";
import type { EncoderDims } from "./dims.ts";
import { latentNormal, type Normal } from "./normal.ts";
import { type PointReader, pointReader } from "./pieces.ts";
import { pairs, type Points } from "./points.ts";
import { latentWidth, spin, type SpinOptions } from "./spin.ts";

/** A pooling encoder: a vector [b, w], or a distribution over it. */
export interface Pooled {
  vector(points: Points): tf.Tensor;
  /** One distribution for each number of rows: of the first so many of them. */
  latents(points: Points, firsts: number[]): Normal[];
}

/** @param pool points to [firsts·b, w], what was pooled of the first number of rows first */
export function pooled(
  post: ReluMlp,
  pool: (points: Points, firsts: number[]) => tf.Tensor,
): Pooled {
  return {
    vector: (points) => post(pool(points, [points.x.shape[1]])),
    latents(points, firsts) {
      const { mean, sigma } = latentNormal(post(pool(points, firsts)));
      if (firsts.length === 1) return [{ mean, sigma }];
      const means = tf.split(mean, firsts.length);
      return tf.split(sigma, firsts.length).map((sigma, i) => ({ mean: means[i]!, sigma }));
    },
  };
}

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

/** A pooling encoder that can read its points piece by piece. */
export interface PoolingSpinEncoder extends Pooled {
  /** Reads points into inducing points. @throws UserError as `Spin`'s does. */
  reader(): PointReader;
  /** Inducing points [b, m, w] to the vector [b, w], or to both halves of its distribution, [b, 2·dimLat]. */
  pool(induced: tf.Tensor3D): tf.Tensor;
}

/** One vector per data set, of `dimLat` or the data's width, from inducing points (`PoolingSpinEncoder`). */
export function poolingSpinEncoder(
  init: Init,
  name: string,
  dims: EncoderDims & { preDepth: number; postDepth: number; dimLat?: number },
  options: SpinOptions,
): PoolingSpinEncoder {
  const { dimX, dimY, dimHid, preDepth, postDepth, dimLat } = dims;
  const scope = init.within(name);
  const width = latentWidth(options, dimHid);
  const pre = reluMlp(scope, "net_pre.0", dimX + dimY, dimHid, dimHid, preDepth - 2);
  const read = spin(scope, "net_pre.2", dimHid, options);
  const post = reluMlp(scope, "net_post", width, width, dimLat ? 2 * dimLat : width, postDepth);
  const rows = (points: Points) => ({ x: tf.relu(pre(pairs(points))) });
  const mean = (induced: tf.Tensor3D) => tf.mean(induced, 1);
  return {
    ...pooled(post, (points, firsts) => mean(read(rows(points), { firsts, hidden: points.hidden }))),
    reader: () => pointReader(read.reader({ width: dimHid }), rows),
    pool: (induced) => post(mean(induced)),
  };
}
