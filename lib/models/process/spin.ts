import type * as tf from "@tensorflow/tfjs-core";
import { UserError } from "../../errors.ts";
import { type Affine, type RowForm, rowsOf } from "../../nn/affine.ts";
import { standardNormal, symmetric, xavierLatents } from "../../nn/initialisers.ts";
import { linear } from "../../nn/linear.ts";
import type { RowReader } from "../../nn/online_softmax.ts";
import type { Draw, Init } from "../../nn/parameters.ts";
import type { Reach } from "./attention.ts";
import { firstRows, stack } from "../../nn/rows.ts";
import { type Latents, spinBlock } from "./spin_block.ts";

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
export interface Spin {
  (rows: Affine, reach?: Reach): tf.Tensor3D;
  /**
   * Reads rows of a form piece by piece.
   *
   * @throws UserError with latent attributes, which are made of all rows, or several blocks, each of which reads what the
   * one before it made of all rows.
   */
  reader(form: RowForm): RowReader;
}

/** Width of the inducing points for data of a width. */
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
