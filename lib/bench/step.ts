import * as tf from "@tensorflow/tfjs-core";
import { createRng, jit, type ProgramMemory } from "../engine/mod.ts";
import { createTableModel, type TableModel } from "../spin/mod.ts";
import { valueAndGradients } from "../train/gradients.ts";
import { tableLoss } from "../train/loss.ts";
import { createOptimizer } from "../train/optimizer.ts";
import { benchCells, modelColumns } from "./data.ts";
import type { StepConfig } from "./sizes.ts";

/** A training step that can be timed. */
export interface BenchStep {
  model: TableModel;
  /** Takes one step and waits for its loss. */
  run(): Promise<number>;
  /** Of the compiled step, once it ran; undefined on engines that do not compile. */
  memory(): ProgramMemory | undefined;
}

const LEARNING_RATE = 1e-3;

/**
 * Forward pass with dropout, loss over all cells, gradients and Adam: the work that every implementation of these
 * models does in a step. Masking, which is particular to ours, is left out.
 */
export function createBenchStep(config: StepConfig): BenchStep {
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
  const step = jit((key: tf.Tensor1D, count: tf.Scalar) => {
    const rng = createRng(key);
    const { loss, gradients } = valueAndGradients(() => ({
      loss: tableLoss(layout, model.forward(cells, { rng }), cells, everywhere, nowhere, labelsOnly).total,
      more: {},
    }), variables);
    optimizer.apply(gradients, rate, count);
    return loss;
  });
  let done = 0;
  const inputs = (): [tf.Tensor1D, tf.Scalar] => [
    tf.tensor1d([seed, done], "int32"),
    tf.scalar(done, "int32"),
  ];
  return {
    model,
    async run() {
      done++;
      const given = inputs();
      const loss = step(...given);
      const [value] = await loss.data();
      tf.dispose([loss, ...given]);
      return value!;
    },
    memory() {
      const given = inputs();
      const memory = step.memory(...given);
      tf.dispose(given);
      return memory;
    },
  };
}
