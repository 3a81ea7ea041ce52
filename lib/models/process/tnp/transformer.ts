import * as tf from "@tensorflow/tfjs-core";
import { filled, layerNorm, linear, symmetric } from "../../../nn/layers.ts";
import type { Init } from "../../../nn/parameters.ts";
import { attendRows } from "../heads.ts";
import { firstRows } from "../points.ts";

/** Names after the reference: `width` is d_model, `feedForward` dim_feedforward, `heads` nhead. */
export interface TransformerOptions {
  width: number;
  heads: number;
  feedForward: number;
}

interface Readable {
  /** Only the first so many rows are read; all if absent. */
  first?: number;
  /** 1 for what must not be read: [b, first] by any row, or [1 or b, first, n] by each. */
  hidden?: tf.Tensor2D | tf.Tensor3D;
}

/** From rows [b, n, width] to rows of the same shape. */
export type Transformer = (rows: tf.Tensor3D, readable?: Readable) => tf.Tensor3D;

/**
 * PyTorch's `TransformerEncoder` of `TransformerEncoderLayer`s with the normalisation after the sums, without dropout.
 * All layers start as copies of one another, as they do there. Scores are computed only for rows that are read.
 *
 * @throws Error if the heads do not divide the width.
 */
export function transformer(
  init: Init,
  name: string,
  layers: number,
  options: TransformerOptions,
): Transformer {
  const scope = init.within(name);
  const stack = Array.from({ length: layers }, (_, i) => layer(scope, `layers.${i}`, options));
  return (rows, readable) => stack.reduce((x, apply) => apply(x, readable), rows);
}

const EPSILON = 1e-5;

function layer(init: Init, name: string, options: TransformerOptions): Transformer {
  const { width, feedForward } = options;
  const scope = init.within(name, "layers");
  const attend = selfAttention(scope, name, options);
  const linear1 = linear(scope, "linear1", width, feedForward);
  const linear2 = linear(scope, "linear2", feedForward, width);
  const norm1 = layerNorm(scope, "norm1", width, EPSILON);
  const norm2 = layerNorm(scope, "norm2", width, EPSILON);
  return (rows, readable) => {
    const x = norm1(tf.add(rows, attend(rows, readable)) as tf.Tensor3D);
    return norm2(tf.add(x, linear2(tf.relu(linear1(x)))) as tf.Tensor3D);
  };
}

function selfAttention(init: Init, name: string, { width, heads }: TransformerOptions): Transformer {
  if (width % heads !== 0) {
    throw new Error(`${name}: expected heads to divide the width ${width}, found ${heads}.`);
  }
  const scope = init.within("self_attn");
  // Queries, keys and values side by side.
  const weight = scope.create({
    name: "in_proj_weight",
    shape: [width, 3 * width],
    fill: (draw) => symmetric(draw, 3 * width ** 2, Math.sqrt(6 / (4 * width))),
  });
  const bias = scope.create({ name: "in_proj_bias", shape: [3 * width], fill: filled(0, 3 * width) });
  const out = linear(scope, "out_proj", width, width, false);
  const outBias = scope.create({ name: "out_proj.bias", shape: [width], fill: filled(0, width) });
  const scale = 1 / Math.sqrt(width / heads);
  /** Queries (0), keys (1) or values (2) of rows. */
  const project = (rows: tf.Tensor3D, part: number): tf.Tensor3D => {
    const columns = tf.slice(weight.variable as tf.Variable<tf.Rank.R2>, [0, part * width], [-1, width]);
    const shift = tf.slice(bias.variable as tf.Variable<tf.Rank.R1>, part * width, width);
    const product = tf.matMul(tf.reshape(rows, [-1, width]) as tf.Tensor2D, columns);
    return tf.reshape(tf.add(product, shift), rows.shape);
  };
  return (rows, { first = rows.shape[1], hidden } = {}) => {
    const read = firstRows(rows, first);
    const attended = attendRows(project(rows, 0), project(read, 1), project(read, 2), heads, scale, hidden);
    return tf.add(out(attended), outBias.variable);
  };
}
