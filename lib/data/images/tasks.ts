import * as tf from "@tensorflow/tfjs-core";
import { createHash } from "node:crypto";
import { createRng, jit, type Rng } from "../../engine/mod.ts";
import { UserError } from "../../errors.ts";
import { inPasses } from "../permutation.ts";
import {
  checkRanges,
  type CountRanges,
  type Counts,
  type TaskPoints,
  type TaskSource,
} from "../task_source.ts";
import { type ImageSet, pixelsOf } from "./image_set.ts";

export interface ImageShape {
  height: number;
  width: number;
  channels: number;
}

/** Pixels as points, context first. */
interface ImageBatch {
  /** Row and column, each in [-1, 1]: [b, n, 2]. */
  x: tf.Tensor3D;
  /** Values less 0.5: [b, n, channels]. */
  y: tf.Tensor3D;
  /** Which pixel each point is, row · width + column: int32 [b, n]. */
  index: tf.Tensor2D;
}

/**
 * Ranges of counts that images have the pixels for.
 *
 * @param all whether every pixel beyond the context is a target
 * @throws UserError if there are fewer pixels than points.
 */
export function checkPixels(
  { height, width }: ImageShape,
  { context, target }: CountRanges,
  all: boolean,
): void {
  const pixels = height * width;
  const needed = context[1] + (all ? 1 : target[1]);
  if (needed > pixels) {
    throw new UserError(
      `counts: expected at most ${pixels} points in images of ${height} x ${width} pixels, found up to ` +
        `${context[1]} of context and ${all ? "at least 1" : target[1]} of target`,
    );
  }
}

/** The counts of a batch in which every pixel beyond the context is a target. */
export const targetAll = ({ height, width }: ImageShape, context: number): Counts => ({
  context,
  target: height * width - context,
});

/** All that is random about a batch of completion tasks, uniform [b, height · width]: pixels are taken in ascending order of it. */
export const drawOrder = ({ height, width }: ImageShape, batch: number, rng: Rng): tf.Tensor2D =>
  rng.uniform([batch, height * width]) as tf.Tensor2D;

/**
 * Completion tasks: the first points of a random order of the pixels. A pure function, to be compiled.
 *
 * @param pixels values in [0, 1], [b, height · width, channels]
 * @param points context and target together; their order is random, so that any cut between them will do
 * @param order as `drawOrder` gives it
 */
export function imageBatch(
  { height, width }: ImageShape,
  pixels: tf.Tensor3D,
  points: number,
  order: tf.Tensor2D,
): ImageBatch {
  return tf.tidy(() => {
    const [batch, size, channels] = pixels.shape;
    const values = tf.sub(pixels, 0.5);
    const index = tf.topk(tf.neg(order), points).indices as tf.Tensor2D;
    const starts = tf.mul(tf.expandDims(tf.range(0, batch, 1, "int32"), 1), tf.scalar(size, "int32"));
    const flat = tf.reshape(tf.add(index, starts), [-1]);
    const y = tf.gather(tf.reshape(values, [batch * size, channels]), flat);
    return {
      x: tf.gather(grid(height, width) as tf.Tensor, index) as tf.Tensor3D,
      y: tf.reshape(y, [batch, points, channels]) as tf.Tensor3D,
      index,
    };
  });
}

/** The places of all pixels [height · width, 2], row by row; a single row or column is in the middle. */
function grid(height: number, width: number): tf.Tensor2D {
  const place = (at: number, length: number) => length === 1 ? 0 : 2 * at / (length - 1) - 1;
  const places = Array.from({ length: height * width }, (_, i) => [
    place(Math.floor(i / width), height),
    place(i % width, width),
  ]);
  return tf.tensor2d(places, [height * width, 2]);
}

/** The colour of pixels that are not known, blue as in the reference's figures. */
export const UNKNOWN = [0, 0.4, 1] as const;

/** A picture [height, width, 3] of one colour. */
export const plain = (
  { height, width }: ImageShape,
  colour: readonly [number, number, number] = UNKNOWN,
): Float32Array => Float32Array.from({ length: height * width * 3 }, (_, i) => colour[i % 3]!);

/**
 * A picture [height, width, 3] with these pixels painted over another one; grey ones have three equal channels.
 *
 * @param index which pixels, row · width + column
 * @param values as they are painted, [index.length, channels]
 */
export function paint(
  { channels }: ImageShape,
  index: ArrayLike<number>,
  values: ArrayLike<number>,
  onto: Float32Array,
): Float32Array {
  const picture = onto.slice();
  for (let i = 0; i < index.length; i++) {
    for (let channel = 0; channel < 3; channel++) {
      picture[index[i]! * 3 + channel] = values[i * channels + Math.min(channel, channels - 1)]!;
    }
  }
  return picture;
}

/** Values of points, which have 0 in the middle, as those of pixels: 0.5 more, and cut off outside of [0, 1]. */
export const pixelValues = (y: Float32Array): Float32Array =>
  y.map((value) => Math.min(1, Math.max(0, value + 0.5)));

export interface ImageSource extends TaskSource {
  /** Tasks of these images; the order of their pixels follows from the key. */
  of(indices: ArrayLike<number>, key: readonly [number, number], points: number): TaskPoints;
}

interface ImageSourceOptions {
  batch: number;
  ranges: CountRanges;
  /** Whether every pixel beyond the context is a target. */
  all: boolean;
}

/** SHA-256 of the shape and the pixels of sets. */
export function imageDigest(...sets: readonly ImageSet[]): string {
  const hash = createHash("sha256");
  for (const { count, height, width, channels, white, values } of sets) {
    hash.update([count, height, width, channels, white].join(" ")).update(values);
  }
  return hash.digest("hex");
}

/**
 * Completion tasks, made by the engine as a program of its own. Batches go through the set in passes, each in a new order.
 *
 * @throws UserError for a set without images, for ranges that are none, and for more points than pixels.
 */
export function imageSource(set: ImageSet, { batch, ranges, all }: ImageSourceOptions): ImageSource {
  const { count, height, width, channels } = set;
  if (count === 0) throw new UserError("images: expected at least one, found none");
  checkRanges(ranges);
  checkPixels(set, ranges, all);
  const choose = inPasses(count, batch);
  const tasks = jit((pixels: tf.Tensor3D, key: tf.Tensor1D, points: number): TaskPoints => {
    const draws = drawOrder(set, pixels.shape[0], createRng(key));
    const { x, y } = imageBatch(set, pixels, points, draws);
    return { x, y };
  }, { static: [2] });
  const of: ImageSource["of"] = (indices, key, points) => {
    const pixels = tf.tensor3d(pixelsOf(set, indices), [indices.length, height * width, channels]);
    const given = tf.tensor1d([...key], "int32");
    const made = tasks(pixels, given, points);
    tf.dispose([pixels, given]);
    return made;
  };
  return {
    name: `images-${height}x${width}x${channels}-${imageDigest(set).slice(0, 12)}`,
    batch,
    ranges,
    all: all ? height * width : undefined,
    of,
    make: (key, _, size) => of(choose(key), key, size),
    dispose: () => tasks.dispose(),
  };
}
