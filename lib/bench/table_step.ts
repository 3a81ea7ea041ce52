import * as tf from "@tensorflow/tfjs-core";
import { createRng } from "../engine/mod.ts";
import { createTableModel, type TableModel } from "../models/table/mod.ts";
import { valueAndGradients } from "../train/gradients.ts";
import { tableLoss } from "../train/table/loss.ts";
import { createOptimizer } from "../train/optimizer.ts";
import { benchCells, modelColumns } from "./data.ts";
import type { TableStep } from "./sizes.ts";
import { type BenchStep, LEARNING_RATE, stepper } from "./step.ts";
import { twinTensors } from "./twin_weights.ts";

/**
 * Forward pass with dropout, loss over all cells, gradients and Adam: the work that every implementation of these
 * models does in a step. Masking, which is particular to ours, is left out.
 */
export function createTableStep(config: TableStep): BenchStep & { model: TableModel } {
  const { model: kind, predictor, embedding, depth, heads, h, f, dropout, seed } = config;
  const model = createTableModel(
    {
      model: kind,
      predictor,
      embedding,
      depth,
      heads,
      h,
      f,
      hiddenDropout: dropout,
      attentionDropout: dropout,
    },
    modelColumns(config.columns),
    seed,
  );
  const { layout, parameters } = model;
  const variables = parameters.map(({ variable }) => variable);
  const optimizer = createOptimizer(parameters, { optimizer: "adam", clip: 0 });
  const cells = benchCells(config);
  const everywhere = tf.onesLike(cells.mask);
  const nowhere = tf.zerosLike(cells.mask);
  const rate = tf.scalar(LEARNING_RATE);
  const labelsOnly = tf.scalar(0);
  return {
    model,
    parameters,
    tensors: () => twinTensors(model, config),
    ...stepper(seed, (key, count) => {
      const rng = createRng(key);
      const { loss, gradients } = valueAndGradients(() => ({
        loss: tableLoss(layout, model.forward(cells, { rng }), cells, everywhere, nowhere, labelsOnly).total,
        more: {},
      }), variables);
      optimizer.apply(gradients, rate, count);
      return loss;
    }),
  };
}
