import * as tf from "@tensorflow/tfjs-core";
import { basename, join } from "node:path";
import { type LongFunction, longFunction } from "../../data/gp/mod.ts";
import { readSafetensors } from "../../data/safetensors.ts";
import { createRng, free, jit } from "../../engine/mod.ts";
import { UserError } from "../../errors.ts";
import { rowLikelihood } from "../../models/process/normal.ts";
import { piecewise } from "../../models/process/piecewise.ts";
import { hasInducing, streamOf } from "../../models/process/registry.ts";
import type { Summary } from "../../models/process/streaming.ts";
import { type Progress, progress, stopRequested } from "../../progress/mod.ts";
import { spread } from "../../results/mod.ts";
import type { ProcessRecipe } from "../../train/process/recipe.ts";
import { loadProcess } from "../../train/process/weights.ts";
import {
  asJson,
  type ExecuteOptions,
  type Experiment,
  type Outcome,
  type Run,
  runOf,
  untrained,
} from "../experiment.ts";
import { KEPT_WEIGHTS } from "../profiles.ts";
import { generatedData } from "../run.ts";
import { largeContextReport } from "./report.ts";
import {
  type ContextDetails,
  type ContextLikelihood,
  type LargeContextSettings,
  largeContextSettings,
} from "./settings.ts";

/** The files of weights of models on Gaussian processes that came with the workspace. */
async function keptWeights(): Promise<string[]> {
  const files = await Array.fromAsync(Deno.readDir(KEPT_WEIGHTS)).catch(() => []);
  return files.map(({ name }) => name).filter((name) => /^gp_.*\.safetensors$/.test(name)).sort()
    .map((name) => join(KEPT_WEIGHTS, name));
}

/** How a model of a file was trained. @throws UserError if it is no file of a neural process */
async function trainingOf(path: string): Promise<{ recipe: ProcessRecipe; trained: string }> {
  const { metadata } = await readSafetensors(path);
  if (metadata["recipe"] === undefined) {
    throw new UserError(`${path}: expected the weights of a neural process, found others`);
  }
  const recipe = JSON.parse(metadata["recipe"]) as ProcessRecipe;
  const range = /ctx-(\d+)-(\d+)/.exec(metadata["record"] ?? basename(path));
  const where = range ? `on ${range[1]} to ${range[2]} context points` : "on contexts not told";
  return { recipe, trained: `trained ${where} for ${recipe.steps} steps` };
}

/** Contexts up to so many points are a beginning; seconds of compiling the programs of their pieces, which records do not tell apart. */
const BEGINNING_POINTS = 2048;
const COMPILE_PIECES = 5;

/** A run for each file of weights. @throws UserError for a file that is not there */
async function runs(settings: LargeContextSettings): Promise<Run<ContextDetails>[]> {
  const { weights, contexts, targets, functions, seed } = settings;
  const files = weights.length > 0 ? weights : await keptWeights();
  return await Promise.all(files.map(async (path): Promise<Run<ContextDetails>> => {
    const { recipe, trained } = await trainingOf(path);
    const few = contexts.filter((count) => count <= BEGINNING_POINTS);
    return runOf({
      experiment: "large-contexts",
      words: [recipe.model, `steps${recipe.steps}`],
      data: `${functions} functions, up to ${contexts.at(-1)} points`,
      model: recipe.model,
      of: generatedData(`gp-rbf-waves-${functions}x${contexts.at(-1)}`),
      seed,
      configuration: asJson({ ...recipe, trained, contexts, targets, functions }),
      execute: (options) => contextLikelihoods(path, settings, options),
      ...few.length > 0 && {
        beginning: {
          seconds: (record) => COMPILE_PIECES + record.seconds.evaluate * few.at(-1)! / contexts.at(-1)!,
          execute: () => contextLikelihoods(path, { ...settings, contexts: few }),
        },
      },
    });
  }));
}

/**
 * Target log likelihood of one trained model against its number of context points; undefined if it was stopped. A model
 * that reads in pieces reads every point once: from one size to the next it goes on from the state that it has.
 *
 * @param whole gives the whole context at once to a model that could read in pieces, too
 */
export async function contextLikelihoods(
  path: string,
  given: LargeContextSettings,
  { label, signal }: ExecuteOptions = {},
  whole = false,
): Promise<Outcome<ContextDetails> | undefined> {
  const start = performance.now();
  const stored = await loadProcess(path);
  const bar = label === undefined ? undefined : progress(given.contexts.at(-1)!, { label });
  const measure = hasInducing(stored.recipe.model) && !whole ? inPieces : atOnce;
  try {
    const contexts = await measure(stored, given, { bar, signal });
    return contexts && {
      metrics: {},
      details: { contexts },
      ...untrained({ evaluate: (performance.now() - start) / 1000 }),
      steps: stored.recipe.steps,
      parameters: stored.process.parameters.reduce((sum, { count }) => sum + count, 0),
    };
  } finally {
    await bar?.done();
    stored.process.parameters.forEach((parameter) => parameter.dispose());
  }
}

type Stored = Awaited<ReturnType<typeof loadProcess>>;
interface Course {
  bar?: Progress;
  signal?: AbortSignal;
}

/** The context read in pieces, of all functions at once. */
async function inPieces(
  { process, recipe }: Stored,
  { contexts, targets, functions, seed }: LargeContextSettings,
  { bar, signal }: Course,
): Promise<ContextLikelihood[] | undefined> {
  const stream = streamOf(process, recipe.model);
  const most = contexts.at(-1)!;
  const drawn = Array.from({ length: functions }, (_, i) => longFunction([seed, i], targets + most));
  // Targets first: they stay the same while the context grows.
  const given = pointsBetween(drawn, 0, targets);
  const { dimLat } = stream;
  const noise = dimLat === undefined
    ? undefined
    : tf.tidy(() => createRng(tf.tensor1d([seed, 1], "int32")).normal([SAMPLES, functions, dimLat]));
  const pieces = piecewise(stream);
  const found: ContextLikelihood[] = [];
  let state = stream.start(functions);
  try {
    for (const [i, context] of contexts.entries()) {
      if (stopRequested(signal)) return undefined;
      const more = pointsBetween(drawn, targets + (contexts[i - 1] ?? 0), targets + context);
      const next = await pieces.read(state, more);
      free(state);
      state = next;
      const summary = tf.tidy(() =>
        stream.summary(state) as unknown as tf.TensorContainer
      ) as unknown as Summary;
      const prediction = await pieces.predict(summary, given.x, noise);
      const rows = tf.tidy(() => tf.mean(rowLikelihood(prediction, given.y), -1));
      const { mean, standardError } = spread([...await rows.data()]);
      found.push({ context, target: mean, error: standardError });
      free(rows, prediction, more, summary);
      bar?.update(context);
    }
  } finally {
    pieces.dispose();
    free(state, given, noise);
  }
  return found;
}

/**
 * Target log likelihoods of a model that is given its whole context at every size, one function at a time: what it needs
 * for two at once would end the larger sizes. Functions and targets are those of the models that read in pieces.
 */
async function atOnce(
  { process }: Stored,
  { contexts, targets, functions, seed }: LargeContextSettings,
  { bar, signal }: Course,
): Promise<ContextLikelihood[] | undefined> {
  const most = contexts.at(-1)!;
  const drawn = Array.from({ length: functions }, (_, i) => longFunction([seed, i], targets + most));
  const score = jit((given: Points, context: Points, key: tf.Tensor) => {
    const rows = (name: "x" | "y") => tf.concat([context[name], given[name]], 1);
    const tasks = { x: rows("x"), y: rows("y"), context: context.x.shape[1] };
    const { mean, sigma } = process.predict(tasks, createRng(key), SAMPLES);
    const last = (tensor: tf.Tensor) => {
      const axis = tensor.rank - 2;
      const from = tensor.shape.map((n, at) => at === axis ? n - targets : 0);
      return tf.slice(tensor, from, tensor.shape.map((n, at) => at === axis ? targets : n));
    };
    return tf.mean(rowLikelihood({ mean: last(mean), sigma: last(sigma) }, given.y));
  });
  const key = tf.tensor1d([seed, 1], "int32");
  const found: ContextLikelihood[] = [];
  try {
    for (const context of contexts) {
      const values: number[] = [];
      for (const one of drawn) {
        if (stopRequested(signal)) return undefined;
        const given = pointsBetween([one], 0, targets);
        const read = pointsBetween([one], targets, targets + context);
        const value = await score.async(given, read, key);
        values.push((await value.data())[0]!);
        free(value, given, read);
      }
      const { mean, standardError } = spread(values);
      found.push({ context, target: mean, error: standardError });
      bar?.update(context);
    }
    return found;
  } finally {
    score.dispose();
    key.dispose();
  }
}

type Points = ReturnType<typeof pointsBetween>;

/** Latent samples or bootstraps, of models that have them. */
const SAMPLES = 10;

/** Points number `from` to `to` - 1 of each function, [functions, to - from, 1]. */
export function pointsBetween(drawn: readonly LongFunction[], from: number, to: number) {
  const rows = (of: (one: LongFunction) => Float32Array): tf.Tensor3D => {
    const values = new Float32Array(drawn.length * (to - from));
    drawn.forEach((one, i) => values.set(of(one).subarray(from, to), i * (to - from)));
    return tf.tensor3d(values, [drawn.length, to - from, 1]);
  };
  return { x: rows(({ x }) => x), y: rows(({ y }) => y) };
}

export const largeContexts: Experiment<LargeContextSettings, ContextDetails> = {
  name: "large-contexts",
  notebook: "05_large_contexts",
  settings: largeContextSettings,
  runs,
  report: largeContextReport,
  changesOf: ({ seed, configuration }) => {
    const { contexts, targets, functions } = configuration as Partial<LargeContextSettings>;
    return { contexts, targets, functions, seed };
  },
};
