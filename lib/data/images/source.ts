import * as tf from "@tensorflow/tfjs-core";
import { createHash } from "node:crypto";
import { createRng, jit } from "../../engine/mod.ts";
import { UserError } from "../../errors.ts";
import { checkRanges, type CountRanges } from "../gp/counts.ts";
import { inPasses } from "../permutation.ts";
import type { TaskPoints, TaskSource } from "../task_source.ts";
import { type ImageSet, pixelsOf } from "./image_set.ts";
import { checkPixels, drawImages, imageBatch } from "./tasks.ts";

/** Completion tasks of the images of a set. */
export interface ImageSource extends TaskSource {
  /** Tasks of these images; the order of their pixels follows from the key. */
  of(indices: ArrayLike<number>, key: readonly [number, number], points: number): TaskPoints;
}

export interface ImageSourceOptions {
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
    const draws = drawImages(set, pixels.shape[0], createRng(key));
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
    dimX: 2,
    dimY: channels,
    batch,
    ranges,
    all: all ? height * width : undefined,
    of,
    make: (key, _, size) => of(choose(key), key, size),
    dispose: () => tasks.dispose(),
  };
}
