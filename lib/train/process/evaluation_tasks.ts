import * as tf from "@tensorflow/tfjs-core";
import type { EvaluationSet } from "../../data/gp/evaluation_set.ts";
import { drawCounts, type TaskSource } from "../../data/task_source.ts";
import { bucketOf } from "../../engine/mod.ts";
import type { EvaluationTasks } from "./evaluate.ts";
import { type Layout, type Parts, pointsOf, sizesOf, taskLayout } from "./layout.ts";

/** A stored evaluation set of a Gaussian process. @param cut contexts to their first so many points */
export function gpEvaluation(set: EvaluationSet, parts: Parts, cut?: number): EvaluationTasks {
  const { spec } = set;
  const contexts = cut ? [cut] : sizesOf(spec.context, parts.context);
  const targets = sizesOf(spec.target, parts.target);
  return {
    batches: spec.batches,
    at(index) {
      const batch = set.at(index);
      const counts = { context: Math.min(cut ?? batch.context, batch.context), target: batch.target };
      const context = bucketOf(counts.context, contexts);
      const layout: Layout = { context, from: context, target: bucketOf(batch.target, targets) };
      const size = pointsOf(layout);
      const points = batch.context + batch.target;
      const place = (values: Float32Array): tf.Tensor3D => {
        const rows = new Float32Array(spec.batch * size);
        for (let item = 0; item < spec.batch; item++) {
          const own = values.subarray(item * points, (item + 1) * points);
          rows.set(own.subarray(0, counts.context), item * size);
          rows.set(own.subarray(batch.context), item * size + context);
        }
        return tf.tensor3d(rows, [spec.batch, size, 1]);
      };
      return { points: { x: place(batch.x), y: place(batch.y) }, counts, layout };
    },
  };
}

/** Tasks of a source that training, which counts from 0, never sees: the same for the same seed. */
export function sourceEvaluation(
  source: TaskSource,
  parts: Parts,
  { batches, seed }: { batches: number; seed: number },
): EvaluationTasks {
  return {
    batches,
    at(index) {
      const key = [seed, -1 - index] as const;
      const counts = countsOf(source, key);
      const layout = taskLayout(source, counts, parts);
      return { points: source.make(key, counts, pointsOf(layout)), counts, layout };
    },
  };
}

/** The counts of a batch of a source; every point beyond the context is a target where the source says so. */
export function countsOf({ ranges, all }: TaskSource, key: readonly [number, number]) {
  const counts = drawCounts(key, ranges);
  return all === undefined ? counts : { ...counts, target: all - counts.context };
}
