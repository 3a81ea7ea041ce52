import * as tf from "@tensorflow/tfjs-core";
import { compileTime, createRng, jit, memoryOf, tensorSpec } from "../../engine/mod.ts";
import { GP_DIMS, type NeuralProcessDims } from "../../models/process/dims.ts";
import { createProcess, type Process, type ProcessName, streamOf } from "../../models/process/registry.ts";
import { median } from "../../results/mod.ts";
import { valueAndGradients } from "../../train/gradients.ts";
import { createOptimizer } from "../../train/optimizer.ts";
import { leastBytes } from "../cost.ts";
import { asJson, type Experiment, type Outcome, type Run, runOf, untrained } from "../experiment.ts";
import { generatedData } from "../run.ts";
import { processCostReport } from "./report.ts";
import { type CostModel, type ProcessCostSettings, processCostSettings, type StepSize } from "./settings.ts";

/** Sizes, then models. */
function runs(settings: ProcessCostSettings): Run[] {
  const { contexts, models, budgetBytes, budgetSeconds, seed } = settings;
  const { targets, batch, h: induce, samples, width } = settings;
  return contexts.flatMap((context) =>
    (models as CostModel[]).map((model): Run => {
      const size = { context, targets, batch, induce, samples, width };
      return runOf({
        experiment: "process-cost",
        words: [context, model],
        data: `${context} context points`,
        model,
        of: generatedData(`sine-${context}`),
        seed,
        configuration: asJson({ ...size, budgetBytes, budgetSeconds }),
        execute: () => processStepCost(model, size, settings),
      });
    })
  );
}

/** Timed steps after the first, as far as they fit into so many seconds. */
const [ROUNDS, SPEND] = [5, 10];

/**
 * The cost of a training step. The metrics are the compiled bytes in all, of its arguments (points, parameters and optimiser
 * state) and beyond them; the bytes of its attention scores, which it needs at least; the median seconds of a step; and
 * whether it exceeds the budget. What was not compiled or run is null.
 */
export async function processStepCost(
  model: CostModel,
  size: StepSize,
  { budgetBytes, budgetSeconds, seed }: Pick<ProcessCostSettings, "budgetBytes" | "budgetSeconds" | "seed">,
): Promise<Outcome> {
  const least = leastBytes(model, size);
  const nothing = { peak: null, arguments: null, temporary: null, least, seconds: null };
  const over = (memory: boolean, time: boolean) => ({ overMemory: Number(memory), overTime: Number(time) });
  if (least > budgetBytes) {
    return { metrics: { ...nothing, ...over(true, false) }, ...untrained() };
  }
  const step = measuredStep(model, size, seed);
  try {
    const [start, before] = [performance.now(), compileTime().milliseconds];
    const { peak, arguments: given, temporary } = step.memory();
    const compile = (compileTime().milliseconds - before) / 1000;
    // Recording the step's operations, which its first call does again.
    const recording = (performance.now() - start) / 1000 - compile;
    const tooLarge = peak > budgetBytes;
    const times: number[] = [];
    for (let round = 0; !tooLarge && round <= ROUNDS; round++) {
      const spent = times.reduce((sum, one) => sum + one, 0);
      if (spent < SPEND) times.push(await step.take() - (round === 0 ? recording : 0));
    }
    // The first step meets memory that the process did not have yet, which matters where steps are short.
    const seconds = tooLarge ? null : median(times.length > 1 ? times.slice(1) : times);
    return {
      metrics: {
        peak,
        arguments: given,
        temporary,
        least,
        seconds,
        ...over(tooLarge, (seconds ?? 0) > budgetSeconds),
      },
      seconds: { compile, train: (seconds ?? 0) * times.length, evaluate: 0 },
      steps: times.length,
      parameters: step.parameters,
      compiledBytes: peak,
    };
  } finally {
    step.dispose();
  }
}

interface Inputs {
  x: tf.Tensor3D;
  y: tf.Tensor3D;
  /** int32 [2], of the noise. */
  key: tf.Tensor;
  rate: tf.Scalar;
  /** int32, from 1. */
  count: tf.Scalar;
}

/** One step of training, forward, backward and Adam, of a model with new weights. */
function measuredStep(model: CostModel, size: StepSize, seed: number) {
  const { parameters, loss } = trainable(model, size, seed);
  const variables = parameters.map(({ variable }) => variable);
  const optimizer = createOptimizer(parameters, { optimizer: "adam", clip: 0 });
  const step = ({ x, y, key, rate, count }: Inputs): tf.Scalar => {
    const tasks = { x, y, context: size.context };
    const { loss: value, gradients } = valueAndGradients(
      () => ({ loss: loss(tasks, createRng(key), size.samples), more: {} }),
      variables,
    );
    optimizer.apply(gradients, rate, count);
    return value;
  };
  const compiled = jit(step, { name: `a step of ${model}` });
  let inputs: Inputs | undefined;
  return {
    parameters: parameters.reduce((sum, { count }) => sum + count, 0),
    /** What its program needs; it is compiled, and does not run. */
    memory: () => memoryOf(step, abstractInputs(size)),
    /** Seconds of one step on random points, until its loss is there. The first one compiles if `memory` did not. */
    async take() {
      inputs ??= await randomInputs(size, seed);
      const start = performance.now();
      const value = await compiled.async(inputs);
      await value.data();
      const seconds = (performance.now() - start) / 1000;
      value.dispose();
      return seconds;
    },
    dispose() {
      if (inputs) tf.dispose(Object.values(inputs));
      compiled.dispose();
      optimizer.dispose();
      parameters.forEach((parameter) => parameter.dispose());
    },
  };
}

/** The model with its training objective, over all points at once or piece by piece. */
function trainable(
  model: CostModel,
  { width, induce }: StepSize,
  seed: number,
): Pick<Process, "parameters" | "loss"> {
  const dims: NeuralProcessDims = { ...GP_DIMS, dimHid: width, dimLat: width };
  const name = model.replace("-chunked", "") as ProcessName;
  const process = createProcess(name, dims, induce, seed);
  if (name === model) return process;
  return {
    parameters: process.parameters,
    loss(tasks, rng, samples) {
      const stream = streamOf(process, name);
      const { dimLat } = stream;
      const noise = dimLat === undefined ? undefined : rng.normal([samples, tasks.x.shape[0], dimLat]);
      return stream.trainLoss(tasks, noise);
    },
  };
}

const pointsShape = ({ batch, context, targets }: StepSize): [number, number, number] => [
  batch,
  context + targets,
  1,
];

const abstractInputs = (size: StepSize) => ({
  x: tensorSpec(pointsShape(size)),
  y: tensorSpec(pointsShape(size)),
  key: tensorSpec([2], "int32"),
  rate: tensorSpec([]),
  count: tensorSpec([], "int32"),
});

/** Inputs as those of Gaussian processes, and a smooth function of them. */
async function randomInputs(size: StepSize, seed: number): Promise<Inputs> {
  const x = tf.tidy(() => {
    const key = tf.tensor1d([seed, size.context], "int32");
    return tf.sub(tf.mul(4, createRng(key).uniform(pointsShape(size))), 2) as tf.Tensor3D;
  });
  const y = tf.sin(tf.mul(3, x)) as tf.Tensor3D;
  await y.data();
  return {
    x,
    y,
    key: tf.tensor1d([seed, 1], "int32"),
    rate: tf.scalar(1e-4),
    count: tf.scalar(1, "int32"),
  };
}

export const processCost: Experiment<ProcessCostSettings> = {
  name: "process-cost",
  notebook: "05_large_contexts",
  settings: processCostSettings,
  runs,
  report: processCostReport,
  changesOf: ({ model, seed, configuration }) => {
    const { context, induce, ...rest } = configuration as Record<string, number>;
    return { ...rest, h: induce!, models: [model], contexts: [context!], seed };
  },
};
