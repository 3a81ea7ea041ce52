import * as tf from "@tensorflow/tfjs-core";
import type { TaskPoints } from "../../data/task_source.ts";
import { type Compiled, createRng, jit } from "../../engine/mod.ts";
import type { Process } from "../../models/process/registry.ts";
import { valueAndGradients } from "../gradients.ts";
import type { Optimizer } from "../optimizer.ts";
import { arrange, type Layout } from "./layout.ts";

/** What changes from step to step, as tensors. */
export interface ProcessStepInputs {
  /** int32 [2]: context and target points. */
  counts: tf.Tensor1D;
  /** int32 [2], of the noise. */
  key: tf.Tensor1D;
  learningRate: tf.Scalar;
  /** int32, from 1. */
  step: tf.Scalar;
}

type ProcessStep = Compiled<[TaskPoints, ProcessStepInputs, Layout], { loss: tf.Scalar }>;

/** One training step, forward, backward and update, as a program for each layout; it gives the loss. */
export function createProcessStep(process: Process, optimizer: Optimizer, samples: number): ProcessStep {
  const variables = process.parameters.map(({ variable }) => variable);
  return jit((points: TaskPoints, inputs: ProcessStepInputs, layout: Layout) => {
    const tasks = arrange(points, inputs.counts, layout);
    const rng = createRng(inputs.key);
    const { loss, gradients } = valueAndGradients(
      () => ({ loss: process.loss(tasks, rng, samples), more: {} }),
      variables,
    );
    optimizer.apply(gradients, inputs.learningRate, inputs.step);
    return { loss };
  }, { static: [2] });
}
