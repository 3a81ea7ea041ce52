import type * as tf from "@tensorflow/tfjs-core";
import { reluMlp } from "../../nn/layers.ts";
import type { Init } from "../../nn/parameters.ts";
import { attention, selfWidths } from "./attention.ts";
import type { EncoderDims } from "./dims.ts";
import { type PointReader, pointReader } from "./pieces.ts";
import { pairs, type Points } from "./points.ts";
import { latentWidth, spin, type SpinOptions } from "./spin.ts";

/**
 * Deterministic encoder whose queries attend to the whole context (`CrossAttnEncoder`, `regression/models/modules.py`).
 *
 * @param dims `selfAttention` (default true): the context attends to itself before it is read; `dimOut` (default
 * dimHid): width of the result
 * @returns from a context and inputs xt [b, nt, dimX] to [b, nt, dimOut]
 */
export function crossEncoder(
  init: Init,
  name: string,
  dims: EncoderDims & { vDepth: number; qkDepth: number; dimOut?: number; selfAttention?: boolean },
) {
  const { dimX, dimY, dimHid, vDepth, qkDepth, dimOut = dimHid, selfAttention = true } = dims;
  const scope = init.within(name);
  const values = reluMlp(scope, "net_v", dimX + dimY, dimHid, dimHid, selfAttention ? vDepth - 2 : vDepth);
  const self = selfAttention ? attention(scope, "self_attn", selfWidths(dimHid)) : undefined;
  const inputs = reluMlp(scope, "net_qk", dimX, dimHid, dimHid, qkDepth);
  const attend = attention(scope, "attn", { ...selfWidths(dimHid), dimOut });
  return (context: Points, xt: tf.Tensor3D): tf.Tensor3D => {
    const { x, hidden } = context;
    const rows = values(pairs(context));
    const v = self ? self.rows({ x: rows }, rows, rows, hidden) : rows;
    return attend.rows(inputs.deferred(xt), inputs(x), v, hidden);
  };
}

/** An encoder of rows whose context can be read piece by piece. */
export interface RowEncoder {
  (context: Points, xt: tf.Tensor3D): tf.Tensor3D;
  /** Reads a context into inducing points. @throws UserError where a `Spin` reads it that can't. */
  reader(): PointReader;
  /** Inputs xt [b, nt, dimX] read inducing points [b, m, w]: [b, nt, dimHid]. */
  targets(induced: tf.Tensor3D, xt: tf.Tensor3D): tf.Tensor3D;
}

/**
 * Deterministic encoder that reads a context through inducing points (`CrossAttnSpinEncoder`,
 * `regression/models/modules.py`).
 *
 * @returns from a context and inputs xt [b, nt, dimX] to [b, nt, dimHid]
 */
export function crossSpinEncoder(
  init: Init,
  name: string,
  dims: EncoderDims & { vDepth: number; qkDepth: number },
  options: SpinOptions,
): RowEncoder {
  const { dimX, dimY, dimHid, vDepth, qkDepth } = dims;
  const scope = init.within(name);
  const width = latentWidth(options, dimHid);
  const values = reluMlp(scope, "net_v", dimX + dimY, dimHid, dimHid, vDepth - 2);
  const read = spin(scope, "spin", dimHid, options);
  const queries = reluMlp(scope, "net_q", dimX, dimHid, width, qkDepth);
  // Always eight heads, whatever the inducing points use.
  const attend = attention(scope, "attn", {
    dimQ: width,
    dimK: width,
    dimV: width,
    dimOut: dimHid,
    heads: 8,
  });
  const targets = (induced: tf.Tensor3D, xt: tf.Tensor3D): tf.Tensor3D =>
    attend.rows(queries.deferred(xt), induced, induced);
  const encode = (context: Points, xt: tf.Tensor3D): tf.Tensor3D =>
    targets(read(values.deferred(pairs(context)), { hidden: context.hidden }), xt);
  const reader = () => pointReader(read.reader(values.form), (points) => values.deferred(pairs(points)));
  return Object.assign(encode, { reader, targets });
}
