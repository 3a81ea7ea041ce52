import * as tf from "@tensorflow/tfjs-core";
import type { EncodedTable, Fold } from "../data/mod.ts";
import { type Compiled, createRng, jit } from "../engine/mod.ts";
import type { TableModel } from "../spin/mod.ts";
import { valueAndGradients } from "./gradients.ts";
import { labelPlan } from "./label_masking.ts";
import { tableLoss } from "./loss.ts";
import { drawMasks, hideCells, maskCells } from "./masking.ts";
import type { Optimizer } from "./optimizer.ts";
import type { Recipe } from "./recipe.ts";
import { cellsOf, disposeRows, gatherRows, takeRows, targetMask } from "./rows.ts";

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

/** Losses of one step, scalars: total, label part, feature part. */
export type StepLosses = { total: tf.Scalar; label: tf.Scalar; feature: tf.Scalar };

export interface TrainingStep {
  run: Compiled<[StepInputs], StepLosses>;
  dispose(): void;
}

/**
 * One optimiser step on the device: choose rows, hide labels, mask features, predict, differentiate, update.
 * The table goes to the device once; labels of validation and test rows are never seen.
 */
export function createStep(
  model: TableModel,
  optimizer: Optimizer,
  table: EncodedTable,
  fold: Fold,
  recipe: Recipe,
): TrainingStep {
  const all = takeRows(table);
  const isTrain = new Float32Array(table.rows);
  for (const row of fold.train) isTrain[row] = 1;
  const train = tf.tensor2d(isTrain, [table.rows, 1]);
  const target = targetMask(table.columns);
  const { layout } = model;
  const sampled = labelPlan("train", recipe.labelMask).scored === "sampled";

  /** The step's tensors as arguments: folds of a table then share one compiled program. */
  const compiled = jit(
    (inputs: StepInputs, data: { all: typeof all; train: tf.Tensor2D; target: tf.Tensor2D }): StepLosses => {
      const rng = createRng(inputs.key);
      const rows = inputs.rows ? gatherRows(data.all, inputs.rows) : data.all;
      const ours = inputs.rows ? tf.gather(data.train, inputs.rows) : data.train;
      const n = rows.missing.shape[0];
      const truth = cellsOf(layout, rows);
      const present = tf.sub(1, rows.missing);
      const trainLabels = tf.mul(tf.mul(ours, data.target), present) as tf.Tensor2D;

      const others = tf.mul(tf.sub(1, ours), data.target) as tf.Tensor2D;
      const labels = sampled
        ? maskCells(
          layout,
          hideCells(layout, truth, others),
          trainLabels,
          recipe.labelMask,
          recipe.maskToken,
          drawMasks(rng, n, layout),
        )
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
      return { total: loss, ...more };
    },
  );
  const data = { all, train, target };
  const run = Object.assign((inputs: StepInputs) => compiled(inputs, data), {
    memory: (inputs: StepInputs) => compiled.memory(inputs, data),
    dispose: compiled.dispose,
  });
  return {
    run,
    dispose: () => {
      run.dispose();
      disposeRows(all);
      tf.dispose([train, target]);
    },
  };
}
