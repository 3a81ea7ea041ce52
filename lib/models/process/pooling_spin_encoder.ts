import * as tf from "@tensorflow/tfjs-core";
import type { Init } from "../../nn/parameters.ts";
import { reluMlp } from "../../nn/relu_mlp.ts";
import type { EncoderDims } from "./dims.ts";
import { type PointReader, pointReader } from "./point_reader.ts";
import { pairs, type Points } from "./points.ts";
import { type Pooled, pooled } from "./pooled.ts";
import { latentWidth, spin, type SpinOptions } from "./spin.ts";

/** A pooling encoder that can read its points piece by piece. */
export interface PoolingSpinEncoder extends Pooled {
  /** Reads points into inducing points. @throws UserError as `Spin`'s does. */
  reader(): PointReader;
  /** Inducing points [b, m, w] to the vector [b, w], or to both halves of its distribution, [b, 2·dimLat]. */
  pool(induced: tf.Tensor3D): tf.Tensor;
}

/**
 * One vector per data set out of its inducing points (`PoolingSpinEncoder`).
 *
 * @param dimLat width of the latent variable; undefined: a plain vector of the data's width
 */
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
