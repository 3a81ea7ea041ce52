import { reluMlp } from "../../../nn/layers.ts";
import type { Init } from "../../../nn/parameters.ts";
import { transformer, type TransformerOptions } from "./transformer.ts";

export interface TnpOptions extends TransformerOptions {
  dimX: number;
  dimY: number;
  embDepth: number;
  layers: number;
  /** sigma = 0.05 + 0.95 softplus in place of exp. */
  boundStd: boolean;
}

/** The published settings (`regression/configs`): those of the Gaussian processes. */
export const GP_TNP: TnpOptions = {
  dimX: 1,
  dimY: 1,
  width: 64,
  embDepth: 4,
  feedForward: 128,
  heads: 4,
  layers: 6,
  boundStd: false,
};

/** Embeds pairs [b, n, dimX + dimY] and lets the rows read each other. */
export function tnpEncoder(init: Init, options: TnpOptions) {
  const { dimX, dimY, width, embDepth, layers } = options;
  return {
    embed: reluMlp(init, "embedder", dimX + dimY, width, width, embDepth),
    encode: transformer(init, "encoder", layers, options),
  };
}
