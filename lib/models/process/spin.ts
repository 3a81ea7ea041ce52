import type * as tf from "@tensorflow/tfjs-core";
import { UserError } from "../../errors.ts";
import { type Affine, type RowForm, rowsOf } from "../../nn/affine.ts";
import { firstRows, linear, stack, standardNormal, symmetric, xavierLatents } from "../../nn/layers.ts";
import type { RowReader } from "../../nn/online_softmax.ts";
import type { Draw, Init } from "../../nn/parameters.ts";
import { attention, type Reach } from "./attention.ts";

/** Names follow the reference's arguments. */
export interface SpinOptions {
  useHA: boolean;
  ablaInduce: boolean;
  /** Width of H_A and H_D with latent attributes; otherwise they are as wide as the data. */
  haDim: number;
  /** m, the number of inducing points. */
  induce: number;
  heads: number;
  blocks: number;
  /**
   * `orthogonal` is, as in the reference, one standard normal array of Euclidean norm 1; `unit`, which is not in the
   * reference, is uniform in [-1, 1).
   */
  initial?: keyof typeof INITIAL;
}

const INITIAL = {
  xavier: xavierLatents,
  orthogonal: (m: number, width: number) => unitNormal(m * width),
  unit: (m: number, width: number) => (draw: Draw) => symmetric(draw, m * width, 1),
};

/** Reads rows [b, n, data] into inducing points [b, m, latent], several times over if `reach` says so. */
interface Spin {
  (rows: Affine, reach?: Reach): tf.Tensor3D;
  /**
   * Reads rows of a form piece by piece.
   *
   * @throws UserError with latent attributes, which are made of all rows, or several blocks, each of which reads what the
   * one before it made of all rows.
   */
  reader(form: RowForm): RowReader;
}

export const latentWidth = ({ useHA, haDim }: SpinOptions, dataDim: number): number =>
  useHA ? haDim : dataDim;

/** `Spin` (`regression/models/spin.py`): learned inducing points read a data set through blocks in a row. */
export function spin(init: Init, name: string, dataDim: number, options: SpinOptions): Spin {
  const { useHA, ablaInduce, induce, heads, blocks, initial = "xavier" } = options;
  const scope = init.within(name);
  const latentDim = latentWidth(options, dataDim);
  const project = useHA ? linear(scope, "H_A_proj", dataDim, latentDim) : undefined;
  const fill = INITIAL[initial](induce, latentDim);
  const points = scope.create({ name: "H_D", shape: [1, induce, latentDim], fill });
  const layers = Array.from(
    { length: blocks },
    (_, i) => spinBlock(scope, `spin_blocks.${i}`, { useHA, ablaInduce, dataDim, latentDim, heads }),
  );
  const latents = () => points.variable as tf.Variable<tf.Rank.R3>;
  const read = (rows: Affine, reach?: Reach): tf.Tensor3D => {
    // Attributes read the rows as they are.
    const source = project ? { x: rowsOf(rows) } : rows;
    const start: Latents = { ha: project?.(source.x), hd: latents() };
    return layers.reduce((latents, layer) => layer(source, latents, reach), start).hd;
  };
  const reader = (form: RowForm): RowReader => {
    if (useHA || blocks !== 1) {
      throw new UserError(
        `${name}: reading in pieces needs useHA false and blocks 1, found useHA ${useHA} and blocks ${blocks}`,
      );
    }
    return layers[0]!.reader(latents(), form);
  };
  if (!useHA) return Object.assign(read, { reader });
  // Latent attributes are made of all rows they are given: each number of rows has its own, and none can be left out.
  const readAll = (rows: Affine, { hidden, firsts }: Reach = {}): tf.Tensor3D => {
    if (hidden) {
      throw new Error(
        `${name}: latent attributes are made of all rows; expected no hidden rows, found some.`,
      );
    }
    const x = rowsOf(rows);
    return stack((firsts ?? [x.shape[1]]).map((count) => read({ x: firstRows(x, count) })));
  };
  return Object.assign(readAll, { reader });
}

const unitNormal = (n: number) => (draw: Draw): Float32Array => {
  const values = standardNormal(n)(draw);
  const norm = Math.hypot(...values);
  return values.map((value) => value / norm);
};

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

interface SpinBlockOptions {
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
