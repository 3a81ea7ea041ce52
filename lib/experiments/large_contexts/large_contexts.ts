import * as tf from "@tensorflow/tfjs-core";
import { longFunction } from "../../data/gp/mod.ts";
import { createRng } from "../../engine/mod.ts";
import { rowLikelihood } from "../../models/process/normal.ts";
import { piecewise } from "../../models/process/piecewise.ts";
import type { ContextState, Summary } from "../../models/process/streaming.ts";
import { progress, stopRequested } from "../../progress/mod.ts";
import { type Json, type RunIdentity, type RunRecord, spread } from "../../results/mod.ts";
import { LOCAL_RECORDS } from "../profiles.ts";
import { generatedData, type Outcome, recorded } from "../record.ts";
import type { StreamedModel, WholeModel } from "./large_contexts_model.ts";
import { pointsOf, SAMPLES } from "./large_contexts_points.ts";
import { likelihoodsAtOnce } from "./large_contexts_whole.ts";

/** Functions that a model reads more and more of. */
export interface LargeContexts {
  /** Numbers of context points, of the same functions: each context begins with the one before. */
  contexts: readonly number[];
  targets?: number;
  /** How many functions; what they give is averaged. */
  functions?: number;
  seed?: number;
}

/** Log likelihood of the targets, given so many points. */
export interface ContextLikelihood {
  context: number;
  /** Mean over functions of the mean over targets, and its standard error over functions. */
  target: number;
  error: number;
}

/**
 * Target log likelihood of one trained model against its number of context points, for a record: "target@64" and so on.
 * A model that reads in pieces reads every point once: from one size to the next it goes on from the state that it has.
 *
 * @param folder where the record is; if it is there, it is read
 * @returns undefined if it was stopped
 */
export async function likelihoodByContext(
  model: StreamedModel | WholeModel,
  { contexts, targets = 256, functions = 4, seed = 0 }: LargeContexts,
  folder: string = LOCAL_RECORDS,
): Promise<RunRecord | undefined> {
  const given = { contexts: [...contexts].sort((a, b) => a - b), targets, functions, seed };
  return await recorded(folder, likelihoodIdentity(model, given), () => contextLikelihoods(model, given));
}

/** What the record of a model's likelihoods is known by; contexts from the least on. */
export const likelihoodIdentity = (
  model: StreamedModel | WholeModel,
  { contexts, targets, functions, seed }: Required<LargeContexts>,
): RunIdentity => ({
  experiment: LIKELIHOOD,
  profile: "quick",
  model: model.model,
  data: generatedData(`gp-rbf-waves-${functions}x${contexts.at(-1)}`),
  fold: null,
  seed,
  configuration: {
    ...model.recipe,
    trained: model.about,
    contexts: [...contexts],
    targets,
    functions,
  } as unknown as Record<string, Json>,
});

/** Measures the likelihoods for a record; undefined if it was stopped. */
export async function contextLikelihoods(
  model: StreamedModel | WholeModel,
  given: Required<LargeContexts>,
): Promise<Outcome | undefined> {
  const start = performance.now();
  const found = await ("stream" in model ? likelihoods(model, given) : likelihoodsAtOnce(model, given));
  return found && {
    metrics: Object.fromEntries(found.flatMap(({ context, target, error }) => [
      [`target@${context}`, target],
      [`error@${context}`, error],
    ])),
    seconds: { compile: 0, train: 0, evaluate: (performance.now() - start) / 1000 },
    steps: model.recipe.steps,
    parameters: model.parameters,
    compiledBytes: null,
  };
}

const LIKELIHOOD = "large-contexts";

/** The points of a curve that a record holds. */
export const likelihoodsOf = ({ metrics }: RunRecord): ContextLikelihood[] =>
  Object.entries(metrics).flatMap(([name, target]) => {
    const context = /^target@(\d+)$/.exec(name)?.[1];
    return context && target !== null
      ? [{ context: Number(context), target, error: metrics[`error@${context}`] ?? NaN }]
      : [];
  }).sort((a, b) => a.context - b.context);

/** The records of such curves, the model with the longest training first. */
export const likelihoodRecords = (records: readonly RunRecord[]): RunRecord[] =>
  records.filter(({ experiment }) => experiment === LIKELIHOOD).sort((a, b) => b.steps - a.steps);

async function likelihoods(
  { model, stream }: StreamedModel,
  { contexts, targets, functions, seed }: Required<LargeContexts>,
): Promise<ContextLikelihood[] | undefined> {
  const most = contexts.at(-1)!;
  const drawn = Array.from({ length: functions }, (_, i) => longFunction([seed, i], targets + most));
  // Targets first: they stay the same while the context grows.
  const given = pointsOf(drawn, 0, targets);
  const { dimLat } = stream;
  const noise = dimLat === undefined
    ? undefined
    : tf.tidy(() => createRng(tf.tensor1d([seed, 1], "int32")).normal([SAMPLES, functions, dimLat]));
  const pieces = piecewise(stream);
  const bar = progress(most, { label: `${model}, points read` });
  const found: ContextLikelihood[] = [];
  let state = stream.start(functions);
  try {
    for (const [i, context] of contexts.entries()) {
      if (stopRequested()) return undefined;
      const more = pointsOf(drawn, targets + (contexts[i - 1] ?? 0), targets + context);
      const next = await pieces.read(state, more);
      disposeState(state);
      state = next;
      const summary = tf.tidy(() =>
        stream.summary(state) as unknown as tf.TensorContainer
      ) as unknown as Summary;
      const prediction = await pieces.predict(summary, given.x, noise);
      const rows = tf.tidy(() => tf.mean(rowLikelihood(prediction, given.y), -1));
      const { mean, standardError } = spread([...await rows.data()]);
      found.push({ context, target: mean, error: standardError });
      tf.dispose([rows, prediction.mean, prediction.sigma, more.x, more.y, ...summaryTensors(summary)]);
      bar.update(context);
    }
  } finally {
    await bar.done();
    disposeState(state);
    pieces.dispose();
    tf.dispose([given.x, given.y]);
    noise?.dispose();
  }
  return found;
}

export const disposeState = ({ rows, pooled }: ContextState): void =>
  tf.dispose([rows, pooled].flatMap((state) => Object.values(state)));

export const summaryTensors = ({ induced, vector, prior }: Summary): tf.Tensor[] => [
  induced,
  ...(vector ? [vector] : []),
  ...(prior ? [prior.mean, prior.sigma] : []),
];
