import * as tf from "@tensorflow/tfjs-core";
import { attention } from "../models/process/attention.ts";
import {
  type ConditionalProcess,
  conditionalProcess,
  type Encode,
} from "../models/process/conditional_process.ts";
import { crossEncoder, crossSpinEncoder } from "../models/process/cross_encoder.ts";
import { type Decoder, splitLinear } from "../models/process/decoder.ts";
import type { NeuralProcessDims } from "../models/process/dims.ts";
import { type LatentProcess, latentProcess } from "../models/process/latent_process.ts";
import { crossDims, decoderOf } from "../models/process/models.ts";
import { plainNormal } from "../models/process/normal.ts";
import { pairs } from "../models/process/points.ts";
import { type Pooled, pooled, poolingEncoder } from "../models/process/pooling_encoder.ts";
import { latentWidth, spin, type SpinOptions } from "../models/process/spin.ts";
import { linear, reluMlp } from "../nn/layers.ts";
import { createInit, type Init } from "../nn/parameters.ts";

/** Names follow `regression/configs/gp/ipnp.yaml`. */
interface OlderIpnpOptions {
  dimX: number;
  dimY: number;
  dataEmbDim: number;
  dataEmbDepth: number;
  decDim: number;
  boundStd: boolean;
  /** Inducing points; their self attention is always on, whatever `ablaInduce` says. */
  spin: SpinOptions;
}

/** `latent`: one variable for a task; `rowLatent`: one for each row, all of one distribution. */
type LatentKind = "latent" | "rowLatent";

/**
 * Class IPNP of the reference (`regression/models/ipnp.py`), older than the models of its results: inducing points read
 * an embedding of the context, and targets read them.
 */
export function olderIpnp(options: OlderIpnpOptions, seed: number): ConditionalProcess {
  const init = createInit(seed);
  const rows = rowsEncoder(init, options);
  return conditionalProcess(init.parameters, [rows], predictor(init, options, 0));
}

/**
 * The same with a latent variable.
 *
 * @throws Error for `rowLatent` with more than one inducing point, where the reference does not run either.
 */
export function olderLatentIpnp(options: OlderIpnpOptions, kind: LatentKind, seed: number): LatentProcess {
  const init = createInit(seed);
  const rows = rowsEncoder(init, options);
  const latent = kind === "latent" ? poolingLatent(init, options) : inducedLatent(init, options);
  const decode = predictor(init, options, options.dataEmbDim);
  return latentProcess(init.parameters, { rows, latent, decode });
}

function rowsEncoder(
  init: Init,
  { dimX, dimY, dataEmbDim, dataEmbDepth, spin: given }: OlderIpnpOptions,
): Encode {
  const width = latentWidth(given, dataEmbDim);
  const embed = reluMlp(init, "data_emb", dimX + dimY, dataEmbDim, dataEmbDim, dataEmbDepth);
  const read = spin(init, "denc", dataEmbDim, { ...given, ablaInduce: true });
  const targets = reluMlp(init, "target_embed", dimX, dataEmbDim, dataEmbDim, dataEmbDepth);
  const attend = attention(init, "target_xattn", {
    dimQ: dataEmbDim,
    dimK: width,
    dimV: width,
    dimOut: width,
    heads: given.heads,
  });
  return (context, xt) => {
    const induced = read(embed.deferred(pairs(context)), { hidden: context.hidden });
    return attend.rows(targets.deferred(xt), induced, induced);
  };
}

/** Two layers after the rows and the latent variable; the inputs themselves are not read again. */
function predictor(
  init: Init,
  { dimY, dataEmbDim, decDim, boundStd, spin }: OlderIpnpOptions,
  latentDim: number,
): Decoder {
  const first = linear(init, "predictor.0", latentWidth(spin, dataEmbDim) + latentDim, decDim);
  const second = linear(init, "predictor.2", decDim, 2 * dimY);
  return (encoded) => {
    const hidden = splitLinear(first, encoded).reduce((sum, part) => tf.add(sum, part));
    return plainNormal(second(tf.relu(hidden)), boundStd);
  };
}

const poolingLatent = (init: Init, { dimX, dimY, dataEmbDim, dataEmbDepth }: OlderIpnpOptions): Pooled =>
  poolingEncoder(init, "lenc", {
    dimX,
    dimY,
    dimHid: dataEmbDim,
    preDepth: dataEmbDepth,
    postDepth: dataEmbDepth,
    dimLat: dataEmbDim,
    selfAttention: true,
  });

/** The distribution of every row's own variable, [b, 1, dataEmbDim]. */
function inducedLatent(init: Init, options: OlderIpnpOptions): Pooled {
  const { dimX, dimY, dataEmbDim, dataEmbDepth, spin: given } = options;
  if (given.induce !== 1 || given.useHA) {
    throw new Error("A latent variable for each row: expected one inducing point and no latent attributes.");
  }
  const embed = reluMlp(init, "data_emb_latent", dimX + dimY, dataEmbDim, dataEmbDim, dataEmbDepth);
  const read = spin(init, "lenc", dataEmbDim, { ...given, ablaInduce: true });
  const post = reluMlp(init, "post_z", dataEmbDim, dataEmbDim, 2 * dataEmbDim, dataEmbDepth);
  return pooled(
    post,
    (points, firsts) => read(embed.deferred(pairs(points)), { hidden: points.hidden, firsts }),
  );
}

/** ANP, or IPNP with `options`, without its latent path: the encoder of the points is twice as wide instead. */
export function withoutLatent(
  dims: NeuralProcessDims,
  options: SpinOptions | undefined,
  seed: number,
): ConditionalProcess {
  const init = createInit(seed);
  const wide = { ...crossDims(dims), dimHid: 2 * dims.dimHid };
  const rows = options ? crossSpinEncoder(init, "denc", wide, options) : crossEncoder(init, "denc", wide);
  return conditionalProcess(init.parameters, [rows], decoderOf(init, dims, 2 * dims.dimHid));
}
