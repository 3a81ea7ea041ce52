import * as tf from "@tensorflow/tfjs-core";
import type { EncodedTable, Fold } from "../../data/mod.ts";
import { createRng, type Rng } from "../../engine/mod.ts";
import { type Cells, hideCells, type TableModel } from "../../models/table/mod.ts";
import { valueAndGradients } from "../gradients.ts";
import type { Optimizer } from "../optimizer.ts";
import { tableLoss } from "./loss.ts";
import { drawMasks, drawRows, labelPlan, maskCells, type Masked, maskRows } from "./masking.ts";
import type { Recipe } from "./recipe.ts";
import { cellsOf, gatherRows, type Rows, takeRows, targetMask } from "./rows.ts";

/** What changes from step to step, all of it as tensors, so that one program serves every step. */
export interface StepInputs {
  /** int32 [2]: seed and step. */
  key: tf.Tensor1D;
  /** int32 scalar, counts from 1. */
  step: tf.Scalar;
  learningRate: tf.Scalar;
  tradeoff: tf.Scalar;
  /** int32 [batch] rows of the table, or null for all of them. */
  rows: tf.Tensor1D | null;
}

export function stepInputs(
  seed: number,
  at: number,
  rate: number,
  weight: number,
  rows: Int32Array | null,
): StepInputs {
  return {
    key: tf.tensor1d([seed, at], "int32"),
    step: tf.scalar(at, "int32"),
    learningRate: tf.scalar(rate),
    tradeoff: tf.scalar(weight),
    rows: rows && tf.tensor1d(rows, "int32"),
  };
}

/** Losses of one step: the whole, and its parts for labels and for features. */
export type StepLosses = { loss: tf.Scalar; label: tf.Scalar; feature: tf.Scalar };

/** The table of a step, on the device. */
export interface StepData {
  all: Rows;
  /** [n, 1] 1 at the train rows: the labels of the others are never seen. */
  train: tf.Tensor2D;
  /** [1, d] 1 at the target columns. */
  target: tf.Tensor2D;
}

/**
 * One optimiser step as a function of tensors: choose rows, hide labels, mask features, predict, differentiate, update.
 * The table is an argument, so that folds of a table share one compiled program.
 */
export function stepFunction(
  model: TableModel,
  optimizer: Optimizer,
  recipe: Pick<Recipe, "labelMask" | "chunkMask" | "featureMask" | "maskToken">,
): (inputs: StepInputs, data: StepData) => StepLosses {
  const { layout } = model;
  const sampled = labelPlan("train", recipe.labelMask).scored === "sampled";
  const sampleLabels = (rng: Rng, cells: Cells, candidates: tf.Tensor2D, target: tf.Tensor2D): Masked => {
    const { labelMask: p, maskToken } = recipe;
    const n = candidates.shape[0];
    return recipe.chunkMask
      ? maskRows(layout, cells, candidates, tf.reshape(target, [-1]) as tf.Tensor1D, p, drawRows(rng, n))
      : maskCells(layout, cells, candidates, p, maskToken, drawMasks(rng, n, layout));
  };
  return (inputs, data) => {
    const rng = createRng(inputs.key);
    const rows = inputs.rows ? gatherRows(data.all, inputs.rows) : data.all;
    const ours = inputs.rows ? tf.gather(data.train, inputs.rows) : data.train;
    const n = rows.missing.shape[0];
    const truth = cellsOf(layout, rows);
    const present = tf.sub(1, rows.missing);
    const trainLabels = tf.mul(tf.mul(ours, data.target), present) as tf.Tensor2D;

    const others = tf.mul(tf.sub(1, ours), data.target) as tf.Tensor2D;
    const seen = hideCells(layout, truth, others);
    const labels = model.leaveOneOut
      ? { cells: seen, selected: trainLabels }
      : sampled
      ? sampleLabels(rng, seen, trainLabels, data.target)
      : {
        cells: hideCells(layout, truth, tf.tile(data.target, [n, 1])),
        selected: trainLabels,
      };
    const features = tf.mul(tf.sub(1, data.target), present) as tf.Tensor2D;
    const masked = recipe.featureMask > 0
      ? maskCells(
        layout,
        labels.cells,
        features,
        recipe.featureMask,
        recipe.maskToken,
        drawMasks(rng, n, layout),
      )
      : { cells: labels.cells, selected: tf.zerosLike(features) };

    const { loss, more, gradients } = valueAndGradients(() => {
      const outputs = model.forward(masked.cells, { rng });
      const loss = tableLoss(layout, outputs, truth, labels.selected, masked.selected, inputs.tradeoff);
      return { loss: loss.total, more: { label: loss.label.mean, feature: loss.feature.mean } };
    }, model.parameters.map((p) => p.variable));
    optimizer.apply(gradients, inputs.learningRate, inputs.step);
    return { loss, ...more };
  };
}

/** Puts a table on the device, once for all steps. */
export function stepData(table: EncodedTable, { train }: Fold): StepData {
  const isTrain = new Float32Array(table.rows);
  for (const row of train) isTrain[row] = 1;
  return {
    all: takeRows(table),
    train: tf.tensor2d(isTrain, [table.rows, 1]),
    target: targetMask(table.columns),
  };
}
