import type * as tf from "@tensorflow/tfjs-core";
import type { Affine, RowForm } from "../../nn/affine.ts";
import type { RowReader } from "../../nn/online_softmax.ts";
import type { Init } from "../../nn/parameters.ts";
import { attention, type Reach } from "./attention.ts";

const widths = (dimQ: number, dimKV: number, heads: number) => ({
  dimQ,
  dimK: dimKV,
  dimV: dimKV,
  dimOut: dimQ,
  heads,
});

/** XABA: latent attributes H_A [b, n, latent] attend to the attributes of x [b, n, data]. */
export function xaba(init: Init, name: string, dataDim: number, latentDim: number, heads: number) {
  const block = attention(init.within(name), "attr_xattn", widths(latentDim, dataDim, heads));
  return (x: tf.Tensor3D, ha: tf.Tensor3D): tf.Tensor3D => block.features(ha, x, x);
}

/** ABLA: self attention between latent attributes of h [b, n, latent]. */
export function abla(init: Init, name: string, latentDim: number, heads: number) {
  const block = attention(init.within(name), "attr_attn", widths(latentDim, latentDim, heads));
  return (h: tf.Tensor3D): tf.Tensor3D => block.features(h, h, h);
}

/** XABD: inducing points H_D [1 or b, m, latent] attend to datapoints, all at once or piece by piece. */
export function xabd(init: Init, name: string, latentDim: number, heads: number) {
  const block = attention(init.within(name), "data_xattn", widths(latentDim, latentDim, heads));
  const read = (source: Affine, hd: tf.Tensor3D, reach?: Reach): tf.Tensor3D =>
    block.latents(hd, source, reach);
  return Object.assign(read, { reader: block.reader });
}

export interface SpinBlockOptions {
  /** Latent attributes: XABA and ABLA on the datapoints before XABD reads them. */
  useHA: boolean;
  /** ABLA on the inducing points. */
  ablaInduce: boolean;
  dataDim: number;
  latentDim: number;
  heads: number;
}

/** H_A [b, n, latent] (absent without latent attributes) and H_D [1 or b, m, latent]. */
export interface Latents {
  ha?: tf.Tensor3D;
  hd: tf.Tensor3D;
}

/**
 * `SpinBlock` (`regression/models/spin.py`). `reach` says which rows XABD reads; `reader` reads them piece by piece, and
 * has no latent attributes, which are made of all rows.
 */
export function spinBlock(init: Init, name: string, options: SpinBlockOptions) {
  const { useHA, ablaInduce, dataDim, latentDim, heads } = options;
  const scope = init.within(name);
  const cross = useHA ? xaba(scope, "xaba", dataDim, latentDim, heads) : undefined;
  const self = useHA ? abla(scope, "abla", latentDim, heads) : undefined;
  const points = xabd(scope, "xabd", latentDim, heads);
  const induced = ablaInduce ? abla(scope, "abla_induce", latentDim, heads) : undefined;
  const block = (rows: Affine, { ha, hd }: Latents, reach?: Reach): Latents => {
    const attributes = cross ? self!(cross(rows.x, ha!)) : undefined;
    const read = points(attributes ? { x: attributes } : rows, hd, reach);
    return { ha: attributes, hd: induced ? induced(read) : read };
  };
  const reader = (hd: tf.Tensor3D, form: RowForm): RowReader => {
    const inner = points.reader(hd, form);
    return induced ? { ...inner, result: (state) => induced(inner.result(state)) } : inner;
  };
  return Object.assign(block, { reader });
}
