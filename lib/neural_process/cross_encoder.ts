import type * as tf from "@tensorflow/tfjs-core";
import type { Init } from "../nn/parameters.ts";
import { reluMlp } from "../nn/relu_mlp.ts";
import { attention, type Hidden, selfWidths } from "./attention.ts";
import type { EncoderDims } from "./dims.ts";
import { pairs } from "./points.ts";

/**
 * Deterministic encoder whose queries attend to the whole context (`CrossAttnEncoder`, `regression/models/modules.py`).
 *
 * @param dims `selfAttention` (default true): the context attends to itself before it is read; `dimOut` (default
 * dimHid): width of the result
 * @returns from a context, query inputs xt [b, nt, dimX] and the rows of the context that must not be read, to
 * [b, nt, dimOut]
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
  return (xc: tf.Tensor3D, yc: tf.Tensor3D, xt: tf.Tensor3D, hidden?: Hidden): tf.Tensor3D => {
    const rows = values(pairs(xc, yc));
    const v = self ? self.rows({ x: rows }, rows, rows, hidden) : rows;
    return attend.rows(inputs.deferred(xt), inputs(xc), v, hidden);
  };
}
