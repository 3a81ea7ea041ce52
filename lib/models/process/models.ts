import * as tf from "@tensorflow/tfjs-core";
import { createInit, type Init } from "../../nn/parameters.ts";
import { type BootstrapProcess, bootstrapProcess } from "./bootstrap_process.ts";
import { type ConditionalProcess, conditionalProcess, type Encode } from "./conditional_process.ts";
import { crossEncoder, crossSpinEncoder, type RowEncoder } from "./cross_encoder.ts";
import { decoder } from "./decoder.ts";
import type { NeuralProcessDims } from "./dims.ts";
import { type LatentProcess, latentProcess } from "./latent_process.ts";
import { placedEncoder, type PlacedOptions } from "./placed_encoder.ts";
import { type Pooled, poolingEncoder, poolingSpinEncoder } from "./pooling_encoder.ts";
import { latentWidth, type SpinOptions } from "./spin.ts";
import { stream, type Streamable } from "./streaming.ts";

/** The neural processes of the paper, out of their encoders (`regression/models`). */

/** Conditional neural process: two pooling encoders. */
export function cnp(dims: NeuralProcessDims, seed: number): ConditionalProcess {
  const init = createInit(seed);
  const encoders = pooledEncoders(init, dims);
  return conditionalProcess(init.parameters, encoders, decoderOf(init, dims, 2 * dims.dimHid));
}

/** CNP with attention: every target reads the context. */
export function canp(dims: NeuralProcessDims, seed: number): ConditionalProcess {
  const init = createInit(seed);
  const encoders = attentiveEncoders(init, dims);
  return conditionalProcess(init.parameters, encoders, decoderOf(init, dims, 2 * dims.dimHid));
}

/** Bootstrapping neural process: the encoders of CNP, which also read bootstraps of the context. */
export function bnp(dims: NeuralProcessDims, seed: number): BootstrapProcess {
  const init = createInit(seed);
  return bootstrapProcess(init.parameters, pooledEncoders(init, dims), bootstrapDecoder(init, dims));
}

/** BNP with attention: the encoders of CANP. */
export function banp(dims: NeuralProcessDims, seed: number): BootstrapProcess {
  const init = createInit(seed);
  return bootstrapProcess(init.parameters, attentiveEncoders(init, dims), bootstrapDecoder(init, dims));
}

/** CIPNP (class IPCANP): CANP that reads its context through inducing points. */
export function cipnp(
  dims: NeuralProcessDims,
  options: SpinOptions,
  seed: number,
  init = createInit(seed),
): ConditionalProcess & Streamable {
  return inducedConditional(init, dims, options, crossSpinEncoder(init, "enc1", crossDims(dims), options));
}

/** Neural process: a pooling encoder, and a latent variable. */
export function np(dims: NeuralProcessDims, seed: number): LatentProcess {
  const init = createInit(seed);
  const pooled = poolingEncoder(init, "denc", poolingDims(dims));
  const latent = poolingEncoder(init, "lenc", latentDims(dims));
  const decode = decoderOf(init, dims, dims.dimHid + dims.dimLat);
  return latentProcess(init.parameters, { rows: repeated(pooled), latent, decode });
}

/** NP with attention: every target reads the context. */
export function anp(dims: NeuralProcessDims, seed: number): LatentProcess {
  const init = createInit(seed);
  const rows = crossEncoder(init, "denc", crossDims(dims));
  const latent = poolingEncoder(init, "lenc", { ...latentDims(dims), selfAttention: true });
  const decode = decoderOf(init, dims, dims.dimHid + dims.dimLat);
  return latentProcess(init.parameters, { rows, latent, decode });
}

/** IPNP (class IPANP): ANP whose two encoders read their points through inducing points. */
export function ipnp(
  dims: NeuralProcessDims,
  options: SpinOptions,
  seed: number,
  init = createInit(seed),
): LatentProcess & Streamable {
  return inducedLatent(init, dims, options, crossSpinEncoder(init, "denc", crossDims(dims), options));
}

/** CIPNP with the initial values of `sharpInit`, a variant of this workspace. */
export const cipnpSharp = (dims: NeuralProcessDims, options: SpinOptions, seed: number) =>
  cipnp(dims, sharpSpin(options), seed, sharpInit(seed));

export const ipnpSharp = (dims: NeuralProcessDims, options: SpinOptions, seed: number) =>
  ipnp(dims, sharpSpin(options), seed, sharpInit(seed));

/** CIPNP whose points have places (`placedEncoder`), a variant of this workspace. @param spin of the pooling encoder */
export function cipnpPlaced(
  dims: NeuralProcessDims,
  options: PlacedOptions,
  spin: SpinOptions,
  seed: number,
): ConditionalProcess & Streamable {
  const init = createInit(seed);
  return inducedConditional(init, dims, spin, placedEncoder(init, "enc1", crossDims(dims), options));
}

/** IPNP whose points have places (`placedEncoder`), a variant of this workspace. @param spin of the latent encoder */
export function ipnpPlaced(
  dims: NeuralProcessDims,
  options: PlacedOptions,
  spin: SpinOptions,
  seed: number,
): LatentProcess & Streamable {
  const init = createInit(seed);
  return inducedLatent(init, dims, spin, placedEncoder(init, "denc", crossDims(dims), options));
}

/** An encoder of rows beside a pooling encoder with inducing points; it can read its context in pieces. */
function inducedConditional(init: Init, dims: NeuralProcessDims, spin: SpinOptions, rows: RowEncoder) {
  const pooled = poolingSpinEncoder(init, "enc2", poolingDims(dims), spin);
  const decode = decoderOf(init, dims, dims.dimHid + latentWidth(spin, dims.dimHid));
  return {
    ...conditionalProcess(init.parameters, [rows, repeated(pooled)], decode),
    stream: () => stream({ rows, pooled, decode }),
  };
}

/** The same with a latent variable. */
function inducedLatent(init: Init, dims: NeuralProcessDims, spin: SpinOptions, rows: RowEncoder) {
  const latent = poolingSpinEncoder(init, "lenc", latentDims(dims), spin);
  const decode = decoderOf(init, dims, dims.dimHid + dims.dimLat);
  return {
    ...latentProcess(init.parameters, { rows, latent, decode }),
    stream: () => stream({ rows, pooled: latent, decode, dimLat: dims.dimLat }),
  };
}

const pooledEncoders = (init: Init, dims: NeuralProcessDims): Encode[] =>
  ["enc1", "enc2"].map((name) => repeated(poolingEncoder(init, name, poolingDims(dims))));

const attentiveEncoders = (init: Init, dims: NeuralProcessDims): Encode[] => [
  crossEncoder(init, "enc1", crossDims(dims)),
  repeated(poolingEncoder(init, "enc2", { ...poolingDims(dims), selfAttention: true })),
];

/** Widths of an encoder that targets read. */
export const crossDims = ({ dimX, dimY, dimHid, encVDepth, encQkDepth }: NeuralProcessDims) => ({
  dimX,
  dimY,
  dimHid,
  vDepth: encVDepth,
  qkDepth: encQkDepth,
});

const poolingDims = ({ dimX, dimY, dimHid, encPreDepth, encPostDepth }: NeuralProcessDims) => ({
  dimX,
  dimY,
  dimHid,
  preDepth: encPreDepth,
  postDepth: encPostDepth,
});

/** Widths of the encoder of a latent variable. */
const latentDims = (dims: NeuralProcessDims) => ({ ...poolingDims(dims), dimLat: dims.dimLat });

/** The decoder that all of them have. */
export const decoderOf = (
  init: Init,
  { dimX, dimY, dimHid, decDepth }: NeuralProcessDims,
  dimEnc: number,
  context?: number,
) => decoder(init, "dec", { dimX, dimY, dimEnc, dimHid, depth: decDepth, context });

/** A bootstrapped context is decoded beside the context as it is. */
const bootstrapDecoder = (init: Init, dims: NeuralProcessDims) =>
  decoderOf(init, dims, 2 * dims.dimHid, 2 * dims.dimHid);

/** One vector of the context for all targets. */
const repeated = (pooled: Pooled): Encode => (context) => tf.expandDims(pooled.vector(context), 1);

/**
 * Initial values with which inducing points tell data apart from the first step, which are not in the reference.
 *
 * The reference's inducing points start as nearly the same query: their scores differ by 4e-4, all read the mean of the
 * context, and the targets find equal things in them. Thousands of steps pass before they differ. Here nothing but the
 * scale of three of its initial values is another: the inducing points themselves, the keys of what they read, and the
 * queries of the targets. The keys are enlarged rather than the inducing points alone, because the projected inducing
 * point is also the residual of what it reads, and a large one would drown that.
 */

/** By how much the reference's initial weights are multiplied, by the ends of their names. */
const SCALES: readonly [end: string, factor: number][] = [
  ["xabd.data_xattn.fc_k.weight", 64],
  [".attn.fc_q.weight", 8],
];

/** @param seed equal seeds give equal initial values, and but for their scale the reference model's */
const sharpInit = (seed: number): Init =>
  createInit(seed, (name) => SCALES.find(([end]) => name.endsWith(end))?.[1] ?? 1);

const sharpSpin = (options: SpinOptions): SpinOptions => ({ ...options, initial: "unit" });
