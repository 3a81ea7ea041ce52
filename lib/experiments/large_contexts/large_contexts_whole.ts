import * as tf from "@tensorflow/tfjs-core";
import { longFunction } from "../../data/gp/mod.ts";
import { createRng, jit } from "../../engine/mod.ts";
import { rowLikelihood } from "../../models/process/normal.ts";
import { progress, stopRequested } from "../../progress/mod.ts";
import { spread } from "../../results/mod.ts";
import type { ContextLikelihood, LargeContexts } from "./large_contexts.ts";
import type { WholeModel } from "./large_contexts_model.ts";
import { pointsOf, SAMPLES } from "./large_contexts_points.ts";

/**
 * Target log likelihoods of a model that is given its whole context at every size, one function at a time: what it needs
 * for two at once would end the larger sizes. Functions and targets are those of the models that read in pieces.
 *
 * @returns undefined if it was stopped
 */
export async function likelihoodsAtOnce(
  { model, process }: WholeModel,
  { contexts, targets, functions, seed }: Required<LargeContexts>,
): Promise<ContextLikelihood[] | undefined> {
  const drawn = Array.from(
    { length: functions },
    (_, i) => longFunction([seed, i], targets + contexts.at(-1)!),
  );
  const score = jit((given: Points, context: Points, key: tf.Tensor) => {
    const rows = (name: "x" | "y") => tf.concat([context[name], given[name]], 1);
    const tasks = { x: rows("x"), y: rows("y"), context: context.x.shape[1] };
    const { mean, sigma } = process.predict(tasks, createRng(key), SAMPLES);
    const last = (tensor: tf.Tensor) => {
      const axis = tensor.rank - 2;
      const from = tensor.shape.map((n, at) => at === axis ? n - targets : 0);
      return tf.slice(tensor, from, tensor.shape.map((n, at) => at === axis ? targets : n));
    };
    return tf.mean(rowLikelihood({ mean: last(mean), sigma: last(sigma) }, given.y));
  });
  const key = tf.tensor1d([seed, 1], "int32");
  const bar = progress(contexts.length, { label: `${model}, contexts` });
  const found: ContextLikelihood[] = [];
  try {
    for (const [done, context] of contexts.entries()) {
      const values: number[] = [];
      for (const one of drawn) {
        if (stopRequested()) return undefined;
        const [given, read] = [pointsOf([one], 0, targets), pointsOf([one], targets, targets + context)];
        const value = await score.async(given, read, key);
        values.push((await value.data())[0]!);
        tf.dispose([value, given.x, given.y, read.x, read.y]);
      }
      const { mean, standardError } = spread(values);
      found.push({ context, target: mean, error: standardError });
      bar.update(done + 1);
    }
    return found;
  } finally {
    await bar.done();
    score.dispose();
    key.dispose();
  }
}

type Points = ReturnType<typeof pointsOf>;
