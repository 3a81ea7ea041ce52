/** Every neural process under its name, with one way to train and to predict. */
import type * as tf from "@tensorflow/tfjs-core";
import { knownName } from "../../data/nearest.ts";
import type { Rng } from "../../engine/mod.ts";
import { UserError } from "../../errors.ts";
import type { Parameter } from "../../nn/parameters.ts";
import { type BootstrapProcess, drawResampling } from "./bootstrap_process.ts";
import { type ConditionalProcess, conditionalProcess, type Encode } from "./conditional_process.ts";
import type { Decoder } from "./decoder.ts";
import type { NeuralProcessDims } from "./dims.ts";
import { type LatentParts, type LatentProcess, latentProcess } from "./latent_process.ts";
import {
  anp,
  banp,
  bnp,
  canp,
  cipnp,
  cipnpPlaced,
  cipnpSharp,
  cnp,
  ipnp,
  ipnpPlaced,
  ipnpSharp,
  np,
} from "./models.ts";
import type { Normal } from "./normal.ts";
import type { PlacedOptions } from "./placed_encoder.ts";
import { contextOf, type Tasks } from "./points.ts";
import type { SpinOptions } from "./spin.ts";
import type { Stream, Streamable } from "./streaming.ts";
import { GP_TNP } from "./tnp/options.ts";
import { tnpd } from "./tnp/tnpd.ts";

/** What a model is made with beside its widths. */
interface Given {
  seed: number;
  spin: SpinOptions;
  placed: PlacedOptions;
}
type Make = (dims: NeuralProcessDims, given: Given) => Process;

const MODELS = {
  cnp: (dims, { seed }) => conditional(cnp(dims, seed)),
  canp: (dims, { seed }) => conditional(canp(dims, seed)),
  np: (dims, { seed }) => latent(np(dims, seed), dims.dimLat),
  anp: (dims, { seed }) => latent(anp(dims, seed), dims.dimLat),
  bnp: (dims, { seed }) => bootstrapped(bnp(dims, seed)),
  banp: (dims, { seed }) => bootstrapped(banp(dims, seed)),
  tnpd: ({ dimX, dimY }, { seed }) => ({
    ...conditional(tnpd({ ...GP_TNP, dimX, dimY }, seed)),
    predicts: "targets",
  }),
  cipnp: (dims, { spin, seed }) => conditional(cipnp(dims, spin, seed)),
  ipnp: (dims, { spin, seed }) => latent(ipnp(dims, spin, seed), dims.dimLat),
  "cipnp-fast": (dims, { placed, spin, seed }) => conditional(cipnpPlaced(dims, placed, spin, seed)),
  "ipnp-fast": (dims, { placed, spin, seed }) => latent(ipnpPlaced(dims, placed, spin, seed), dims.dimLat),
  "cipnp-sharp": (dims, { spin, seed }) => conditional(cipnpSharp(dims, spin, seed)),
  "ipnp-sharp": (dims, { spin, seed }) => latent(ipnpSharp(dims, spin, seed), dims.dimLat),
} satisfies Record<string, Make>;
export type ProcessName = keyof typeof MODELS;
export const PROCESS_NAMES = Object.keys(MODELS) as ProcessName[];

export interface Process {
  parameters: Parameter[];
  /** Whether it predicts at all rows, or at the targets alone. */
  predicts: "all" | "targets";
  /** The training objective. @param samples latent samples or bootstraps, where the model has any */
  loss(tasks: Tasks, rng: Rng, samples: number): tf.Scalar;
  /** At the rows that it predicts, [b, n, dimY], or [samples, b, n, dimY] of models that sample. */
  predict(tasks: Tasks, rng: Rng, samples: number): Normal;
  /** The same weights for points that come in pieces; undefined for models that need them all at once. */
  stream?(): Stream;
}

/** @throws UserError for an unknown name, with the nearest ones. */
export function processName(name: string): ProcessName {
  return knownName(name, PROCESS_NAMES, "model: there is no neural process");
}

/** The stream of a process. @throws UserError if it needs all points at once, saying so of `name`. */
export function streamOf({ stream }: Process, name: ProcessName): Stream {
  if (!stream) {
    const able = PROCESS_NAMES.filter(hasInducing).join(", ");
    throw new UserError(`model: expected one that reads in pieces (${able}), found ${name}`);
  }
  return stream();
}

export const hasInducing = (name: ProcessName): boolean => /^c?ipnp/.test(name);

/** The published settings of the inducing points: one attention from them to the data. */
export const publishedSpin = (induce: number): SpinOptions => ({
  useHA: false,
  ablaInduce: false,
  haDim: -1,
  induce,
  heads: 8,
  blocks: 1,
});

/**
 * Makes a neural process with new weights.
 *
 * @param induce number of inducing points, of models that have them
 * @param span where the places of inducing points start, of models that have such
 */
export function createProcess(
  name: ProcessName,
  dims: NeuralProcessDims,
  induce: number,
  seed: number,
  span: readonly [number, number] = SPAN,
): Process {
  return MODELS[name](dims, { seed, spin: publishedSpin(induce), placed: { induce, span } });
}

/** A neural process without a latent variable, out of encoders of one's own. @param decode see `decoder` */
export const conditionalOf = (parameters: Parameter[], encoders: Encode[], decode: Decoder): Process =>
  conditional(conditionalProcess(parameters, encoders, decode));

/** A neural process with a latent variable of width `dimLat`, out of parts of one's own. */
export const latentOf = (parameters: Parameter[], parts: LatentParts, dimLat: number): Process =>
  latent(latentProcess(parameters, parts), dimLat);

/** Where the places of inducing points start: the inputs of Gaussian processes are in this interval. */
const SPAN = [-2, 2] as const;

const conditional = (
  { parameters, train, predict, stream }: ConditionalProcess & Partial<Streamable>,
): Process => ({ parameters, stream, predicts: "all", loss: (tasks) => train(tasks).loss, predict });

function latent(
  { parameters, train, predict, stream }: LatentProcess & Partial<Streamable>,
  dimLat: number,
): Process {
  const noise = ({ x }: Tasks, rng: Rng, samples: number) => rng.normal([samples, x.shape[0], dimLat]);
  return {
    parameters,
    stream,
    predicts: "all",
    loss: (tasks, rng, samples) => train(tasks, noise(tasks, rng, samples)).loss,
    predict: (tasks, rng, samples) => predict(tasks, noise(tasks, rng, samples)).prediction,
  };
}

function bootstrapped({ parameters, train, predict }: BootstrapProcess): Process {
  const draws = (tasks: Tasks, rng: Rng, samples: number) => drawResampling(rng, samples, contextOf(tasks));
  return {
    parameters,
    predicts: "all",
    loss: (tasks, rng, samples) => train(tasks, draws(tasks, rng, samples)).loss,
    predict: (tasks, rng, samples) => predict(tasks, draws(tasks, rng, samples)).prediction,
  };
}
