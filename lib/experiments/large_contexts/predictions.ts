import * as tf from "@tensorflow/tfjs-core";
import { longFunction } from "../../data/gp/mod.ts";
import { compileTime, free, memoryOf, tensorSpec } from "../../engine/mod.ts";
import { GP_DIMS } from "../../models/process/dims.ts";
import { piecewise } from "../../models/process/piecewise.ts";
import { createProcess, processName, streamOf } from "../../models/process/registry.ts";
import { PIECE_SIZE, type Summary } from "../../models/process/streaming.ts";
import { type Experiment, type Outcome, type Run, runOf, untrained } from "../experiment.ts";
import { generatedData } from "../run.ts";
import { pointsBetween } from "./likelihoods.ts";
import { largePredictionReport } from "./report.ts";
import { type LargePredictionSettings, largePredictionSettings } from "./settings.ts";

function runs(settings: LargePredictionSettings): Run[] {
  const { context, targets, h: induce, seed } = settings;
  const model = processName(settings.model);
  return [runOf({
    experiment: "large-predictions",
    words: [context, model],
    data: `${context} context points`,
    model,
    of: generatedData(`gp-rbf-waves-${context}+${targets}`),
    seed,
    configuration: { context, targets, induce, width: GP_DIMS.dimHid, pieceSize: PIECE_SIZE },
    execute: () => measure(settings),
  })];
}

/**
 * Reads a large context, at once and in two parts, and predicts many targets from its summary. The metrics are the seconds
 * of reading and of all predictions, compiling left out; the compiled bytes of the program that predicts a piece of targets;
 * the bytes of the summary; and the largest difference of a predicted mean, the second half of the context read later,
 * from all read at once.
 */
async function measure(settings: LargePredictionSettings): Promise<Outcome> {
  const { context, targets, h: induce, seed } = settings;
  const model = processName(settings.model);
  const process = createProcess(model, GP_DIMS, induce, seed);
  const reader = streamOf(process, model);
  const noise = reader.dimLat === undefined
    ? undefined
    : tf.randomNormal([1, reader.dimLat], 0, 1, "float32", seed);
  const drawn = [longFunction([seed, 0], context)];
  const [given, first, rest] = [[0, context], [0, context >> 1], [context >> 1, context]]
    .map(([from, to]) => pointsBetween(drawn, from!, to!));
  const { x: xt } = pointsBetween([longFunction([seed, 1], targets)], 0, targets);
  const pieces = piecewise(reader);
  const compileBefore = compileTime().milliseconds;
  /** Seconds of a computation, compiling left out. */
  const timed = async <T>(work: () => Promise<T>): Promise<[T, number]> => {
    const [start, before] = [performance.now(), compileTime().milliseconds];
    const result = await work();
    return [result, (performance.now() - start - (compileTime().milliseconds - before)) / 1000];
  };
  const summarise = (state: Parameters<typeof reader.summary>[0]): Summary =>
    tf.tidy(() => reader.summary(state) as unknown as tf.TensorContainer) as unknown as Summary;
  const empty = reader.start(1);
  const [state, readSeconds] = await timed(() => pieces.read(empty, given!));
  const summary = summarise(state);
  const [prediction, predictSeconds] = await timed(() => pieces.predict(summary, xt, noise));

  const halfway = await pieces.read(empty, first!);
  const updated = await pieces.read(halfway, rest!);
  const later = summarise(updated);
  const some = tf.slice(xt, [0, 0, 0], [1, Math.min(PIECE_SIZE, targets), 1]) as tf.Tensor3D;
  const again = await pieces.predict(later, some, noise);
  const difference = tf.tidy(() =>
    tf.max(
      tf.abs(tf.sub(again.mean, tf.slice(prediction.mean, [0, 0, 0], again.mean.shape as [1, number, 1]))),
    )
  );
  const [updateDifference] = await difference.data();
  const piece = tensorSpec([1, Math.min(PIECE_SIZE, targets), 1]);
  const { peak } = memoryOf(
    (summary: Summary, xt: tf.Tensor3D, noise?: tf.Tensor) => reader.predict(summary, xt, noise),
    summary,
    piece,
    ...(noise ? [noise] : []),
  );
  const { induced, vector, prior } = summary;
  const kept = [induced, vector, prior?.mean, prior?.sigma];
  const summaryBytes = kept.reduce((sum, tensor) => sum + 4 * (tensor?.size ?? 0), 0);

  free(empty, state, halfway, updated, given, first, rest, prediction, again);
  free(xt, some, difference, summary, later, noise);
  pieces.dispose();
  const count = process.parameters.reduce((sum, { count }) => sum + count, 0);
  process.parameters.forEach((parameter) => parameter.dispose());
  return {
    metrics: {
      readSeconds,
      predictSeconds,
      pieceBytes: peak,
      summaryBytes,
      updateDifference: updateDifference!,
    },
    ...untrained({
      compile: (compileTime().milliseconds - compileBefore) / 1000,
      evaluate: readSeconds + predictSeconds,
    }),
    parameters: count,
    compiledBytes: peak,
  };
}

export const largePredictions: Experiment<LargePredictionSettings> = {
  name: "large-predictions",
  notebook: "05_large_contexts",
  settings: largePredictionSettings,
  runs,
  report: largePredictionReport,
  changesOf: ({ model, seed, configuration }) => {
    const { context, targets, induce } = configuration as Record<string, number>;
    return { model, seed, context, targets, h: induce };
  },
};
