import * as tf from "@tensorflow/tfjs-core";
import {
  drawOrder,
  imageBatch,
  type ImageSet,
  type ImageShape,
  paint,
  pixelsOf,
  pixelValues,
  plain,
} from "../../data/images/mod.ts";
import { createRng, jit } from "../../engine/mod.ts";
import { UserError } from "../../errors.ts";
import { CALIBRATION_LEVELS } from "../../models/process/calibration.ts";
import type { Normal } from "../../models/process/normal.ts";
import { rowsAfter, type Tasks } from "../../models/process/points.ts";
import type { Process } from "../../models/process/registry.ts";
import {
  calibrationCurve,
  type CalibrationSeries,
  type Figure,
  imageGrid,
  type Picture,
  type PictureRow,
} from "../../plots/mod.ts";
import { createEvaluator } from "../../train/process/evaluate.ts";
import { nameOf } from "../experiment.ts";
import { modelLabel, rangeName } from "../process_report.ts";
import { trainedProcess, type Training, trainingRun } from "../process_run.ts";
import { type ImageData, loadedTrainings } from "./run.ts";
import type { ImageSettings } from "./settings.ts";

/** One image completed from its first so many pixels, as pictures. */
interface Completion {
  context: Picture;
  mean: Picture;
  /** Standard deviations as brightness: `SIGMA_RANGE` from black to white. */
  sigma: Picture;
  truth: Picture;
}

/** The least deviation of every model, and half of the way from black to white. */
export const SIGMA_RANGE = [0.1, 0.5] as const;

/** Latent samples or bootstraps, of models that have any. */
const SAMPLES = 50;

/**
 * Completes images from the first 4, 8, ... pixels of a random order of each: larger contexts hold the smaller ones, and
 * all models are shown the same ones.
 *
 * @param images their places in the set
 * @param seed of the orders and of latent samples
 * @returns for each image a completion for each count
 * @throws UserError for counts that are not from 1 to the number of pixels; RangeError for an image that is not there.
 */
export async function completions(
  process: Process,
  set: ImageSet,
  images: readonly number[],
  counts: readonly number[],
  seed: number,
): Promise<Completion[][]> {
  const { height, width, channels } = set;
  const size = height * width;
  const wrong = counts.find((count) => !Number.isInteger(count) || count < 1 || count > size);
  if (wrong !== undefined) throw new UserError(`context pixels: expected from 1 to ${size}, found ${wrong}`);
  const values = pixelsOf(set, images);
  const predict = predictor(process, set, Math.max(...counts));
  const [given, key] = [
    tf.tensor3d(values, [images.length, size, channels]),
    tf.tensor1d([seed, 0], "int32"),
  ];
  const byImage = images.map((): Completion[] => []);
  for (const count of counts) {
    const known = tf.scalar(count, "int32");
    const made = await predict.async(given, known, key);
    const [mean, sigma, order] = await Promise.all([made.mean, made.sigma, made.index].map((t) => t.data()));
    tf.dispose([known, made.mean, made.sigma, made.index]);
    byImage.forEach((completed, image) => {
      const own = <T extends { subarray(from: number, to: number): T }>(all: T, width: number): T =>
        all.subarray(image * size * width, (image + 1) * size * width);
      completed.push(pictures(set, count, {
        values: own(values, channels),
        order: own(order as Int32Array, 1),
        mean: own(mean as Float32Array, channels),
        sigma: own(sigma as Float32Array, channels),
      }));
    });
  }
  tf.dispose([given, key]);
  predict.dispose();
  return byImage;
}

/** Predicts all pixels, in a random order. One program serves all counts: what is no context yet is hidden in it. */
function predictor(process: Process, set: ImageShape, most: number) {
  return jit((images: tf.Tensor3D, known: tf.Tensor, key: tf.Tensor1D) => {
    const [batch, size] = images.shape;
    const rng = createRng(key);
    const { x, y, index } = imageBatch(set, images, size, drawOrder(set, batch, rng));
    const row = tf.concat([
      tf.cast(tf.greaterEqual(tf.range(0, most, 1, "int32"), known), "float32"),
      tf.zeros([size]),
    ]);
    const hidden = tf.tile(tf.expandDims(row, 0), [batch, 1]) as tf.Tensor2D;
    const tasks: Tasks = { x: contextFirst(x, most), y: contextFirst(y, most), hidden, context: most };
    const prediction = overSamples(process.predict(tasks, rng, SAMPLES));
    return { ...(process.predicts === "all" ? after(prediction, most) : prediction), index };
  });
}

/** The first rows, then all of them: every pixel is a target. */
const contextFirst = (rows: tf.Tensor3D, most: number): tf.Tensor3D =>
  tf.concat([tf.slice(rows, [0, 0, 0], [-1, most, -1]), rows], 1);

const after = ({ mean, sigma }: Normal, from: number): Normal => ({
  mean: rowsAfter(mean, from),
  sigma: rowsAfter(sigma, from),
});

/** Mean and deviation of the mixture that samples make. */
function overSamples({ mean, sigma }: Normal): Normal {
  if (mean.rank === 3) return { mean, sigma };
  const centre = tf.mean(mean, 0);
  const squares = tf.add(tf.square(sigma), tf.square(tf.sub(mean, centre)));
  return { mean: centre, sigma: tf.sqrt(tf.mean(squares, 0)) };
}

/** What was predicted for one image; values are [height · width, channels], predictions in the given order of pixels. */
interface Predicted {
  values: Float32Array;
  order: Int32Array;
  mean: Float32Array;
  sigma: Float32Array;
}

function pictures(shape: ImageShape, count: number, { values, order, mean, sigma }: Predicted): Completion {
  const { height, width, channels } = shape;
  const picture = (index: Int32Array, painted: Float32Array): Picture => ({
    height,
    width,
    pixels: paint(shape, index, painted, plain(shape)),
  });
  const known = order.slice(0, count);
  const knownValues = [...known].flatMap((at) => [...values.subarray(at * channels, (at + 1) * channels)]);
  const [least, most] = SIGMA_RANGE;
  return {
    context: picture(known, Float32Array.from(knownValues)),
    mean: picture(order, pixelValues(mean)),
    sigma: picture(order, sigma.map((value) => (value - least) / (most - least))),
    truth: picture(order.toSorted(), values),
  };
}

/** The trained models of a configuration, and what they were trained on. */
interface TrainedImages {
  data: ImageData;
  models: { process: Process; training: Training }[];
  dispose(): void;
}

/** Loads the weights of the runs of a configuration. @throws UserError as trainedProcess */
export async function trainedImages(settings: ImageSettings): Promise<TrainedImages> {
  const { data, trainings } = await loadedTrainings(settings);
  const models: TrainedImages["models"] = [];
  for (const training of trainings) {
    const own = typeof training.model === "string" ? undefined : training.model;
    const { process } = await trainedProcess(trainingRun(training).identity!, own);
    models.push({ process, training });
  }
  const dispose = () => models.forEach(({ process }) => process.parameters.forEach((one) => one.dispose()));
  return { data, models, dispose };
}

/**
 * A figure for each image: its known pixels, what every model makes of them with its uncertainty, and the truth, in a
 * column for each number of known pixels.
 *
 * @param images their places among the images for evaluation, which no model was trained on
 */
export async function completionFigures(
  { data, models }: TrainedImages,
  { images, counts, seed }: { images: readonly number[]; counts: readonly number[]; seed: number },
): Promise<Figure[]> {
  const byModel: { label: string; completed: Completion[][] }[] = [];
  for (const { process, training } of models) {
    const completed = await completions(process, data.evaluation, images, counts, seed);
    byModel.push({ label: modelLabel(nameOf(training.model)), completed });
  }
  return images.map((image, at) => {
    const row = (title: string, own: Completion[], part: "context" | "mean" | "sigma" | "truth") =>
      ({ title, pictures: own.map((completion) => completion[part]) }) satisfies PictureRow;
    const first = byModel[0]!.completed[at]!;
    const rows = [
      row("known pixels", first, "context"),
      ...byModel.flatMap(({ label, completed }) => [
        row(`${label}, mean`, completed[at]!, "mean"),
        row(`${label}, sigma`, completed[at]!, "sigma"),
      ]),
      row("truth", first, "truth"),
    ];
    return imageGrid(rows, {
      title: `Image ${image} of those for evaluation`,
      subtitle: `blue: not known; sigma: ${SIGMA_RANGE[0]} is black, ${SIGMA_RANGE[1]} white`,
      columns: counts.map((count) => `${count} pixels`),
      size: 72,
    });
  });
}

/** How often central intervals hold the target values, on the tasks that the records' scores are of. */
export async function imageCalibration({ models }: TrainedImages): Promise<CalibrationSeries[]> {
  const series: CalibrationSeries[] = [];
  for (const { process, training } of models) {
    const { source, tested, final } = await training.tasks();
    const evaluator = createEvaluator(process, await final[""]!(), training.recipe.seed);
    const { calibration } = await evaluator(training.recipe.evalSamples);
    evaluator.dispose();
    [source, tested].forEach((one) => one?.dispose());
    series.push({ series: nameOf(training.model), levels: CALIBRATION_LEVELS, ...calibration });
  }
  return series;
}

/** The calibration of the models of the first context range, as a figure. */
export async function calibrationFigure({ data, models }: TrainedImages): Promise<Figure> {
  const range = ({ training }: TrainedImages["models"][number]) => rangeName(training.ranges.context);
  const first = models.filter((model) => range(model) === range(models[0]!));
  return calibrationCurve(await imageCalibration({ data, models: first, dispose: () => {} }), {
    title: "Calibration on images for evaluation",
    subtitle: `context of ${first[0]!.training.ranges.context.join(" to ")} pixels`,
  });
}
