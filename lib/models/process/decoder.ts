import * as tf from "@tensorflow/tfjs-core";
import { type Linear, linear } from "../../nn/layers.ts";
import type { Init } from "../../nn/parameters.ts";
import { type Normal, outputNormal } from "./normal.ts";

interface DecoderOptions {
  dimX: number;
  dimY: number;
  /** Sum of the widths of what is decoded. */
  dimEnc: number;
  dimHid: number;
  /** Number of linear layers in all. */
  depth: number;
  /** Sum of the widths of a second input, for the bootstrap models. */
  context?: number;
}

/**
 * From what the encoders gave to a normal per point (`Decoder`, `regression/models/modules.py`).
 *
 * @param encoded parts [..., n, w], the widths adding up to dimEnc, in the order of the reference's concatenation. Parts
 * need not have all axes, or may have 1 in place of n: they are repeated.
 * @param x [..., n, dimX]
 * @param context parts of the second input, as `encoded`
 * @returns mean and sigma [..., n, dimY]
 */
export type Decoder = (encoded: tf.Tensor[], x: tf.Tensor, context?: tf.Tensor[]) => Normal;

export function decoder(init: Init, name: string, options: DecoderOptions): Decoder {
  const { dimX, dimY, dimEnc, dimHid, depth, context } = options;
  const scope = init.within(name);
  const first = linear(scope, "fc", dimEnc + dimX, dimHid);
  const fromContext = context === undefined ? undefined : linear(scope, "fc_ctx", context, dimHid, false);
  const layers = Array.from(
    { length: depth - 1 },
    (_, i) => linear(scope, `mlp.${2 * i + 1}`, dimHid, i === depth - 2 ? 2 * dimY : dimHid),
  );
  return (encoded, x, given) => {
    const parts = splitLinear(first, [...encoded, x]);
    if (fromContext && given) parts.push(...splitLinear(fromContext, given));
    const start = parts.reduce((sum, part) => tf.add(sum, part));
    return outputNormal(layers.reduce((h, layer) => layer(tf.relu(h)), start));
  };
}

/**
 * A linear layer of the concatenation of `parts`, as terms to be added up: each part is multiplied at its own size, so
 * that what is repeated costs nothing.
 */
export function splitLinear({ weight, bias }: Linear, parts: tf.Tensor[]): tf.Tensor[] {
  const widths = parts.reduce((sum, { shape }) => sum + shape.at(-1)!, 0);
  if (widths !== weight.shape[0]) {
    throw new Error(`decoder: expected inputs of ${weight.shape[0]} numbers together, found ${widths}`);
  }
  let from = 0;
  return parts.map((part, i) => {
    const width = part.shape.at(-1)!;
    const rows = tf.slice(weight.variable as tf.Variable<tf.Rank.R2>, [from, 0], [width, -1]);
    from += width;
    const product = tf.matMul(tf.reshape(part, [-1, width]) as tf.Tensor2D, rows);
    const full = tf.reshape(product, [...part.shape.slice(0, -1), weight.shape[1]!]);
    return i === 0 && bias ? tf.add(full, bias.variable) : full;
  });
}
