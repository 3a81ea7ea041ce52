import * as tf from "@tensorflow/tfjs-core";
import { evaluationSet, type GpKernel, gpPosterior, sampleGp } from "../../data/gp/mod.ts";
import { createRng, jit } from "../../engine/mod.ts";
import { CALIBRATION_LEVELS } from "../../models/process/calibration.ts";
import type { Process } from "../../models/process/registry.ts";
import { calibrationCurve, type Figure } from "../../plots/mod.ts";
import type { PredictivePanel } from "../../plots/predictive_bands.ts";
import { cell, type RunRecord, type TableView } from "../../results/mod.ts";
import { createEvaluator, type ProcessScore } from "../../train/process/evaluate.ts";
import { gpEvaluation } from "../../train/process/evaluation_tasks.ts";
import { noiseKey } from "../../train/process/recipe.ts";
import { figure, modelLabel } from "../process_report.ts";
import { GP_PROFILES, gpRanges } from "./settings.ts";

/** One function, known at many places. */
interface DrawnFunction {
  kernel: GpKernel;
  x: Float32Array;
  y: Float32Array;
  length: number;
  scale: number;
  period?: number;
}

/** Models by what readers are told of them. */
type NamedModels = ReadonlyMap<Pick<RunRecord, "model" | "steps">, Process>;

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
  models: NamedModels,
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

/** How the models are calibrated when they are given few points. */
export interface FewPoints {
  /** The mean target log likelihood and the score of calibration of each model and context. */
  table: TableView;
  /** How often central intervals hold the target values. */
  figure: Figure;
}

/** A latent model is tested with as many samples as in its last test. */
const SAMPLES = 50;

/**
 * Calibration of models with contexts cut to their first so many points (`notebooks/model_explorer.ipynb` of the authors): RBF
 * functions for evaluation with 64 to 128 points of context, which the models were trained on, and 4 to 64 targets.
 *
 * @param contexts 4, 8 and 16 there
 * @param batches of 16 functions; 1,000 there
 */
export async function fewPoints(
  models: NamedModels,
  contexts: readonly number[],
  batches = 64,
): Promise<FewPoints> {
  const { batch, parts } = GP_PROFILES.quick;
  const set = await evaluationSet({ kernel: "rbf", batch, ...gpRanges(64), seed: 0, batches });
  const found: { model: string; steps: number; count: number; score: ProcessScore }[] = [];
  for (const [{ model, steps }, process] of models) {
    for (const count of contexts) {
      const evaluator = createEvaluator(process, gpEvaluation(set, parts, count), 0);
      found.push({ model, steps, count, score: await evaluator(SAMPLES) });
      evaluator.dispose();
    }
  }
  return {
    table: {
      title: `With few points: ${batches} batches of RBF functions`,
      head: ["model, context", "steps", "target", "calibration"],
      rows: found.map(({ model, steps, count, score }) => ({
        label: `${modelLabel(model)}, ${count} points`,
        cells: [String(steps), figure(score.target, score.error), score.calibration.score.toFixed(4)]
          .map((text) => cell(text)),
      })),
      notes: [
        "Target: mean log likelihood ± standard error over batches. Calibration: mean squared distance of the shares inside " +
        "central intervals from their levels; 0 is perfect.",
      ],
    },
    figure: calibrationCurve(
      found.map(({ model, steps, count, score: { calibration } }) => ({
        series: `${modelLabel(model)}, ${steps} steps, ${count} points`,
        levels: CALIBRATION_LEVELS,
        ...calibration,
      })),
      { title: "Calibration with few points", subtitle: `${batches} batches of RBF functions` },
    ),
  };
}
