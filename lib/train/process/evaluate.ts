import * as tf from "@tensorflow/tfjs-core";
import type { Counts, TaskPoints } from "../../data/task_source.ts";
import { createRng, free, jit } from "../../engine/mod.ts";
import { type Calibration, calibration, countInside } from "../../models/process/calibration.ts";
import { likelihoodsOf, type Normal, rowLikelihood } from "../../models/process/normal.ts";
import { meanOverPoints, rowsAfter, targetsOf, type Tasks } from "../../models/process/points.ts";
import type { Process } from "../../models/process/registry.ts";
import { spread } from "../../results/summary.ts";
import { arrange, type Layout } from "./layout.ts";
import { noiseKey } from "./recipe.ts";

export interface EvaluationTasks {
  batches: number;
  /** Batch number `index`; its tensors are the caller's. */
  at(index: number): { points: TaskPoints; counts: Counts; layout: Layout };
}

export interface ProcessScore {
  /** Plain averages over batches of the mean log likelihood of context and target points (`regression/trainer.py`). */
  context: number;
  target: number;
  /** Standard error of `target` over batches. */
  error: number;
  calibration: Calibration;
}

const atTargets = ({ mean, sigma }: Normal, { context }: Tasks): Normal => {
  const after = (x: tf.Tensor): tf.Tensor =>
    x.rank === 3
      ? rowsAfter(x, context)
      : tf.slice(x, [0, 0, context, 0], [-1, -1, x.shape[2]! - context, -1]);
  return { mean: after(mean), sigma: after(sigma) };
};

/** Tests a process on tasks, one program for each layout. @param seed of latent samples and bootstraps */
export function createEvaluator(process: Process, tasks: EvaluationTasks, seed: number) {
  const score = jit((
    points: TaskPoints,
    counts: tf.Tensor1D,
    key: tf.Tensor1D,
    samples: number,
    layout: Layout,
  ) => {
    const arranged = arrange(points, counts, layout);
    const prediction = process.predict(arranged, createRng(key), samples);
    const targets = targetsOf(arranged);
    if (process.predicts === "targets") {
      const target = meanOverPoints(rowLikelihood(prediction, targets.y), targets).mean;
      return { context: tf.scalar(NaN), target, ...countInside(prediction, targets) };
    }
    const { context, targets: target } = likelihoodsOf(prediction, arranged);
    return { context, target, ...countInside(atTargets(prediction, arranged), targets) };
  }, { static: [3, 4] });
  /** @param batches only the first so many */
  const run = async (samples: number, batches = tasks.batches): Promise<ProcessScore> => {
    const found: { context: number; target: number; counts: number[]; total: number }[] = [];
    for (let index = 0; index < Math.min(batches, tasks.batches); index++) {
      const { points, counts, layout } = tasks.at(index);
      const given = tf.tensor1d([counts.context, counts.target], "int32");
      const key = tf.tensor1d(noiseKey(seed, -1 - index), "int32");
      const made = index === 0
        ? await score.async(points, given, key, samples, layout)
        : score(points, given, key, samples, layout);
      const [context, target, inside, total] = await Promise.all(
        [made.context, made.target, made.counts, made.total].map((tensor) => tensor.data()),
      ) as [Float32Array, Float32Array, Float32Array, Float32Array];
      found.push({ context: context[0]!, target: target[0]!, counts: [...inside], total: total[0]! });
      free(points, given, key, made);
    }
    const { mean, standardError } = spread(found.map(({ target }) => target));
    return {
      context: spread(found.map(({ context }) => context)).mean,
      target: mean,
      error: standardError,
      calibration: calibration(found),
    };
  };
  return Object.assign(run, { dispose: () => score.dispose() });
}
