import * as tf from "@tensorflow/tfjs-core";
import {
  drawImages,
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
import type { Normal } from "../../models/process/normal.ts";
import { rowsAfter, type Tasks } from "../../models/process/points.ts";
import type { Process } from "../../models/process/registry.ts";
import type { Picture } from "../../plots/mod.ts";

/** One image completed from its first so many pixels, as pictures. */
export interface Completion {
  /** How many pixels are known. */
  count: number;
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
    const { x, y, index } = imageBatch(set, images, size, drawImages(set, batch, rng));
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
    count,
    context: picture(known, Float32Array.from(knownValues)),
    mean: picture(order, pixelValues(mean)),
    sigma: picture(order, sigma.map((value) => (value - least) / (most - least))),
    truth: picture(order.toSorted(), values),
  };
}
