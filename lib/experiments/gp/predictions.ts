import * as tf from "@tensorflow/tfjs-core";
import { type GpKernel, gpPosterior, sampleGp } from "../../data/gp/mod.ts";
import { createRng, jit } from "../../engine/mod.ts";
import type { Process } from "../../models/process/registry.ts";
import type { PredictivePanel } from "../../plots/predictive_bands.ts";
import type { RunRecord } from "../../results/mod.ts";
import { noiseKey } from "../../train/process/recipe.ts";
import { modelLabel } from "../process_report.ts";

/** One function, known at many places. */
interface DrawnFunction {
  kernel: GpKernel;
  x: Float32Array;
  y: Float32Array;
  length: number;
  scale: number;
  period?: number;
}

/** Points of a drawn function: enough for the shortest of lengths. */
const POINTS = 512;

/** A function of a Gaussian process at random places in [-2, 2]; equal seeds give equal functions. */
export async function drawFunction(kernel: GpKernel, seed: number): Promise<DrawnFunction> {
  const key = tf.tensor1d([seed, 0], "int32");
  const sample = jit((key: tf.Tensor) => sampleGp({ kernel, batch: 1, points: POINTS }, key));
  const { x, y, length, scale, period } = sample(key);
  const [xs, ys, [l], [s], [p] = []] = await Promise.all(
    [x, y, length, scale, period].map((tensor) => tensor?.data()),
  ) as [Float32Array, Float32Array, Float32Array, Float32Array, Float32Array?];
  tf.dispose([key, x, y, length, scale, ...(period ? [period] : [])]);
  sample.dispose();
  return { kernel, x: xs, y: ys, length: l!, scale: s!, period: p };
}

/** Predictions of models at all places of a function, beside exact regression, by context and model. */
export async function predictFunction(
  drawn: DrawnFunction,
  models: ReadonlyMap<Pick<RunRecord, "model" | "steps">, Process>,
  contexts: readonly number[],
  seed: number,
): Promise<PredictivePanel[]> {
  const panels: PredictivePanel[] = [];
  for (const count of contexts) {
    const context = { x: drawn.x.subarray(0, count), y: drawn.y.subarray(0, count) };
    const shared = {
      row: `${count} points`,
      x: drawn.x,
      context,
      truth: { x: drawn.x, y: drawn.y },
    };
    for (const [{ model, steps }, process] of models) {
      const { mean, sigma } = await predictOne(drawn, process, count, seed);
      panels.push({ ...shared, column: `${modelLabel(model)}, ${steps} steps`, mean, sigma });
    }
    const { mean, deviation } = gpPosterior(drawn.kernel, drawn, context, drawn.x);
    const column = "exact regression";
    panels.push({ ...shared, column, mean: Float32Array.from(mean), sigma: Float32Array.from(deviation) });
  }
  return panels;
}

async function predictOne({ x, y }: DrawnFunction, process: Process, count: number, seed: number) {
  const predict = jit((xs: tf.Tensor3D, ys: tf.Tensor3D, key: tf.Tensor) => {
    // All places are predicted; models for targets alone are given them as targets, behind the context.
    const rows = (points: tf.Tensor3D) => tf.concat([tf.slice(points, [0, 0, 0], [1, count, 1]), points], 1);
    const tasks = { x: rows(xs), y: rows(ys), context: count };
    const { mean, sigma } = process.predict(tasks, createRng(key), 1);
    const last = (tensor: tf.Tensor) => {
      const flat = tf.reshape(tensor, [-1]);
      return tf.slice(flat, flat.size - x.length, x.length);
    };
    return [last(mean), last(sigma)];
  });
  const shape: [number, number, number] = [1, x.length, 1];
  const given = [tf.tensor3d(x, shape), tf.tensor3d(y, shape)] as const;
  const key = tf.tensor1d(noiseKey(seed, 0), "int32");
  const outputs = predict(...given, key);
  const [mean, sigma] = await Promise.all(outputs.map((tensor) => tensor.data())) as [
    Float32Array,
    Float32Array,
  ];
  tf.dispose([...given, key, ...outputs]);
  predict.dispose();
  return { mean, sigma };
}
