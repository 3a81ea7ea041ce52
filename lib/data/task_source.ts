import type * as tf from "@tensorflow/tfjs-core";
import type { CountRanges, Counts } from "./gp/counts.ts";

/** Points of a batch of tasks on the device, in random order: x [b, n, dimX], y [b, n, dimY]. */
export interface TaskPoints {
  x: tf.Tensor3D;
  y: tf.Tensor3D;
}

/** Where the tasks of a training come from. */
export interface TaskSource {
  /** Tells this source from others, for records. */
  name: string;
  dimX: number;
  dimY: number;
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
