import type * as tf from "@tensorflow/tfjs-core";
import type { Init } from "../../nn/parameters.ts";
import { reluMlp } from "../../nn/relu_mlp.ts";
import { attention, selfWidths } from "./attention.ts";
import type { EncoderDims } from "./dims.ts";
import { pairs, type Points } from "./points.ts";

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
