import * as tf from "@tensorflow/tfjs-core";
import { GP_DIMS } from "../models/process/dims.ts";
import { ipnp } from "../models/process/models.ts";
import { valueAndGradients } from "../train/gradients.ts";
import { createOptimizer } from "../train/optimizer.ts";
import { benchPoints } from "./data.ts";
import type { ProcessStep } from "./sizes.ts";
import { type BenchStep, LEARNING_RATE, stepper } from "./step.ts";
import { processTensors } from "./twin_weights.ts";

/** IPNP with a latent variable: forward pass with one sample, ELBO, gradients and Adam. */
export function createProcessStep(config: ProcessStep): BenchStep {
  const { context, width, induce, seed } = config;
  const options = { useHA: false, ablaInduce: true, haDim: -1, induce, heads: 8, blocks: 1 };
  const { parameters, train } = ipnp({ ...GP_DIMS, dimHid: width, dimLat: width }, options, seed);
  const variables = parameters.map(({ variable }) => variable);
  const optimizer = createOptimizer(parameters, { optimizer: "adam", clip: 0 });
  const points = benchPoints(config);
  const tensor = ({ shape, data }: { shape: number[]; data: Float32Array }) => tf.tensor(data, shape);
  const [x, y, noise] = [
    tensor(points.x) as tf.Tensor3D,
    tensor(points.y) as tf.Tensor3D,
    tensor(points.noise),
  ];
  const rate = tf.scalar(LEARNING_RATE);
  return {
    parameters,
    tensors: () => processTensors(parameters, config),
    ...stepper(seed, (_, count) => {
      const { loss, gradients } = valueAndGradients(
        () => ({ loss: train({ x, y, context }, noise).loss, more: {} }),
        variables,
      );
      optimizer.apply(gradients, rate, count);
      return loss;
    }),
  };
}
