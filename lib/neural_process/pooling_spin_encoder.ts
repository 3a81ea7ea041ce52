import * as tf from "@tensorflow/tfjs-core";
import type { Init } from "../nn/parameters.ts";
import { reluMlp } from "../nn/relu_mlp.ts";
import type { EncoderDims } from "./dims.ts";
import { pairs } from "./points.ts";
import { type Pooled, pooled } from "./pooled.ts";
import { latentWidth, spin, type SpinOptions } from "./spin.ts";

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
): Pooled {
  const { dimX, dimY, dimHid, preDepth, postDepth, dimLat } = dims;
  const scope = init.within(name);
  const width = latentWidth(options, dimHid);
  const pre = reluMlp(scope, "net_pre.0", dimX + dimY, dimHid, dimHid, preDepth - 2);
  const read = spin(scope, "net_pre.2", dimHid, options);
  const post = reluMlp(scope, "net_post", width, width, dimLat ? 2 * dimLat : width, postDepth);
  return pooled(post, (points, firsts) => {
    const rows = { x: tf.relu(pre(pairs(points))) };
    return tf.mean(read(rows, { firsts, hidden: points.hidden }), 1);
  });
}
