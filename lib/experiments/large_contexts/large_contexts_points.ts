import * as tf from "@tensorflow/tfjs-core";
import type { LongFunction } from "../../data/gp/mod.ts";

/** Latent samples or bootstraps, of models that have them. */
export const SAMPLES = 10;

/** Points number `from` to `to` - 1 of each function, [functions, to - from, 1]. */
export function pointsOf(drawn: readonly LongFunction[], from: number, to: number) {
  const rows = (of: (one: LongFunction) => Float32Array): tf.Tensor3D => {
    const values = new Float32Array(drawn.length * (to - from));
    drawn.forEach((one, i) => values.set(of(one).subarray(from, to), i * (to - from)));
    return tf.tensor3d(values, [drawn.length, to - from, 1]);
  };
  return { x: rows(({ x }) => x), y: rows(({ y }) => y) };
}
