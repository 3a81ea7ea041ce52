import * as tf from "@tensorflow/tfjs-core";
import type { Affine, RowForm } from "./affine.ts";
import { type Linear, linear } from "./linear.ts";
import type { Init } from "./parameters.ts";

/** Linear layers with ReLU between them. */
export interface ReluMlp {
  /** [..., dimIn] to [..., dimOut] */
  <T extends tf.Tensor>(x: T): T;
  /** The same for [batch, n, dimIn], with the last layer left to whoever reads the rows. */
  deferred(x: tf.Tensor3D): Affine;
  /** What `deferred` gives. */
  form: RowForm;
}

/**
 * `build_mlp` of the reference (`regression/models/modules.py`): `depth` linear layers, at least two, none of them
 * followed by ReLU at the end. Named 0, 2, 4, ... as in a PyTorch Sequential.
 */
export function reluMlp(
  init: Init,
  name: string,
  dimIn: number,
  hidden: number,
  dimOut: number,
  depth: number,
): ReluMlp {
  const scope = init.within(name);
  const count = Math.max(2, depth);
  const layers = Array.from(
    { length: count },
    (_, i) => linear(scope, String(2 * i), i === 0 ? dimIn : hidden, i === count - 1 ? dimOut : hidden),
  );
  return reluStack(layers);
}

/** Linear layers with ReLU between them, made already. */
export function reluStack(layers: Linear[]): ReluMlp {
  const last = layers.at(-1)!;
  const inner = <T extends tf.Tensor>(x: T): T =>
    layers.slice(0, -1).reduce((h, layer) => tf.relu(layer(h)), x);
  return Object.assign(<T extends tf.Tensor>(x: T): T => last(inner(x)), {
    deferred: (x: tf.Tensor3D): Affine => ({ x: inner(x), linear: last }),
    form: { width: last.weight.shape[0]!, linear: last },
  });
}
