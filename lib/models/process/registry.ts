/** Every neural process under its name, with one way to train and to predict. */
import type * as tf from "@tensorflow/tfjs-core";
import { unknown } from "../../data/nearest.ts";
import type { Rng } from "../../engine/mod.ts";
import { UserError } from "../../errors.ts";
import type { Parameter } from "../../nn/parameters.ts";
import { type BootstrapProcess, drawResampling } from "./bootstrap_process.ts";
import { conditionalProcess, type Encode } from "./conditional_process.ts";
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
import { contextOf, type Tasks } from "./points.ts";
import type { SpinOptions } from "./spin.ts";
import type { Stream, Streamable } from "./streaming.ts";
import { GP_TNP } from "./tnp/options.ts";
import { tnpd } from "./tnp/tnpd.ts";

export const PROCESS_NAMES = [
  "cnp",
  "canp",
  "np",
  "anp",
  "bnp",
  "banp",
  "tnpd",
  "cipnp",
  "ipnp",
  "cipnp-fast",
  "ipnp-fast",
  "cipnp-sharp",
  "ipnp-sharp",
] as const;
export type ProcessName = (typeof PROCESS_NAMES)[number];

/** A neural process, whatever it is made of. */
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
  const found = PROCESS_NAMES.find((known) => known === name);
  if (!found) throw new UserError(`model: there is no neural process ${unknown(name, [...PROCESS_NAMES])}`);
  return found;
}

/** The stream of a process. @throws UserError if it needs all points at once, saying so of `name`. */
export function streamOf({ stream }: Process, name: ProcessName): Stream {
  if (!stream) {
    const able = PROCESS_NAMES.filter(hasInducing).join(", ");
    throw new UserError(`model: expected one that reads in pieces (${able}), found ${name}`);
  }
  return stream();
}

/** Whether a model reads its context through inducing points. */
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
 * @param seed equal seeds give equal weights
 * @param span where the places of inducing points start, of models that have such
 */
export function createProcess(
  name: ProcessName,
  dims: NeuralProcessDims,
  induce: number,
  seed: number,
  span: readonly [number, number] = SPAN,
): Process {
  const spin = publishedSpin(induce);
  switch (name) {
    case "cnp":
      return conditional(cnp(dims, seed));
    case "canp":
      return conditional(canp(dims, seed));
    case "cipnp":
      return conditional(cipnp(dims, spin, seed));
    case "cipnp-fast":
      return conditional(cipnpPlaced(dims, { induce, span }, spin, seed));
    case "cipnp-sharp":
      return conditional(cipnpSharp(dims, spin, seed));
    case "tnpd": {
      const { dimX, dimY } = dims;
      return { ...conditional(tnpd({ ...GP_TNP, dimX, dimY }, seed)), predicts: "targets" };
    }
    case "np":
      return latent(np(dims, seed), dims.dimLat);
    case "anp":
      return latent(anp(dims, seed), dims.dimLat);
    case "ipnp":
      return latent(ipnp(dims, spin, seed), dims.dimLat);
    case "ipnp-fast":
      return latent(ipnpPlaced(dims, { induce, span }, spin, seed), dims.dimLat);
    case "ipnp-sharp":
      return latent(ipnpSharp(dims, spin, seed), dims.dimLat);
    case "bnp":
      return bootstrapped(bnp(dims, seed));
    case "banp":
      return bootstrapped(banp(dims, seed));
  }
}

/**
 * A neural process without a latent variable, out of encoders of one's own.
 *
 * @param decode what the encoders gave, and the inputs, to a normal per row (see `decoder`)
 */
export const conditionalOf = (parameters: Parameter[], encoders: Encode[], decode: Decoder): Process =>
  conditional(conditionalProcess(parameters, encoders, decode));

/** A neural process with a latent variable of width `dimLat`, out of parts of one's own. */
export const latentOf = (parameters: Parameter[], parts: LatentParts, dimLat: number): Process =>
  latent(latentProcess(parameters, parts), dimLat);

/** Where the places of inducing points start: the inputs of Gaussian processes are in this interval. */
const SPAN = [-2, 2] as const;

interface Conditional {
  parameters: Parameter[];
  train(tasks: Tasks): { loss: tf.Scalar };
  predict(tasks: Tasks): Normal;
  stream?(): Stream;
}

const conditional = ({ parameters, train, predict, stream }: Conditional): Process => ({
  parameters,
  stream,
  predicts: "all",
  loss: (tasks) => train(tasks).loss,
  predict: (tasks) => predict(tasks),
});

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
