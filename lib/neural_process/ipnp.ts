import { createInit } from "../nn/parameters.ts";
import { decoder } from "./decoder.ts";
import type { NeuralProcessDims } from "./dims.ts";
import { crossSpinEncoder } from "./cross_spin_encoder.ts";
import { poolingSpinEncoder } from "./pooling_spin_encoder.ts";
import { type LatentProcess, latentProcess } from "./latent_process.ts";
import type { SpinOptions } from "./spin.ts";

/**
 * IPNP (class IPANP, `regression/models/ipanp.py`): an attentive neural process that reads its context through
 * inducing points, in the encoder of the points and in that of the latent variable.
 *
 * @param seed of the initial values
 */
export function ipnp(dims: NeuralProcessDims, options: SpinOptions, seed: number): LatentProcess {
  const { dimX, dimY, dimHid, dimLat, encVDepth, encQkDepth, encPreDepth, encPostDepth, decDepth } = dims;
  const init = createInit(seed);
  const rows = crossSpinEncoder(
    init,
    "denc",
    { dimX, dimY, dimHid, vDepth: encVDepth, qkDepth: encQkDepth },
    options,
  );
  const latent = poolingSpinEncoder(
    init,
    "lenc",
    { dimX, dimY, dimHid, preDepth: encPreDepth, postDepth: encPostDepth, dimLat },
    options,
  );
  const decode = decoder(init, "dec", {
    dimX,
    dimY,
    dimEnc: dimHid + dimLat,
    dimHid,
    depth: decDepth,
  });
  return latentProcess(init.parameters, { rows, latent, decode });
}
