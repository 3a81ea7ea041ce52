import { threefryUniform } from "@spin/xla/threefry";
import type * as tf from "@tensorflow/tfjs-core";
import { UserError } from "../errors.ts";

/** Inclusive ranges of the numbers of points of a batch. */
export interface CountRanges {
  context: readonly [number, number];
  target: readonly [number, number];
}

export interface Counts {
  context: number;
  target: number;
}

/** A stream that the draws inside of programs, which count from 0, never reach. */
const STREAM = 1 << 30;

/** @throws UserError unless both ranges are of whole numbers, at least 1, in order. */
export function checkRanges(ranges: CountRanges): void {
  for (const name of ["context", "target"] as const) {
    const [least, most] = ranges[name];
    if (!Number.isInteger(least) || !Number.isInteger(most) || least < 1 || most < least) {
      throw new UserError(
        `${name} counts: expected two whole numbers, at least 1 and in order, found [${least}, ${most}]`,
      );
    }
  }
}

/**
 * The numbers of context and target points of a batch: the same for the same key, uniform in their ranges. The host
 * draws them, so that it can choose the program that a size needs.
 *
 * @param key as the sampler's: (seed, batch)
 * @throws UserError for ranges that are none.
 */
export function drawCounts([seed, batch]: readonly [number, number], ranges: CountRanges): Counts {
  checkRanges(ranges);
  const [forContext, forTarget] = threefryUniform(seed, batch, STREAM, 2);
  const within = ([least, most]: readonly [number, number], u: number) =>
    least + Math.floor(u * (most - least + 1));
  return { context: within(ranges.context, forContext!), target: within(ranges.target, forTarget!) };
}

/** Points of a batch of tasks on the device, in random order: x [b, n, dimX], y [b, n, dimY]. */
export interface TaskPoints {
  x: tf.Tensor3D;
  y: tf.Tensor3D;
}

export interface TaskSource {
  /** Tells this source from others, for records. */
  name: string;
  /** Tasks of a batch. */
  batch: number;
  ranges: CountRanges;
  /** Set where every point beyond the context is a target: how many points a task has in all. */
  all?: number;
  /**
   * A batch of tasks, the same for the same key.
   *
   * @param key (seed, batch), both int32
   * @param counts how many points are used; the tensors may have more
   * @param size points that are needed at least
   */
  make(key: readonly [number, number], counts: Counts, size: number): TaskPoints;
  dispose(): void;
}
