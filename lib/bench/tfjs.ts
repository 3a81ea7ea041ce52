import { threefryUniform } from "@spin/xla/threefry";
import * as tf from "@tensorflow/tfjs";
import { createConvolution, digits } from "../xla/examples/convolution.ts";
import { createTurner, sequences } from "../xla/examples/transformer.ts";

/** What users of tfjs run: the package's examples, a step each, and `model.fit` of tfjs-layers as it comes, an epoch each. */
export interface TfjsProgram {
  kind: "tfjs";
  group: string;
  label: string;
  seed: number;
}

const BATCH = 32;

/** Numbers in [0, 1), one after the other. */
function randomNumbers(seed: number): () => number {
  let drawn: Float32Array = new Float32Array();
  let block = 0;
  let at = 0;
  return () => {
    if (at === drawn.length) [drawn, at] = [threefryUniform(seed, 0, block++, 4096), 0];
    return drawn[at++]!;
  };
}

async function valueOf(loss: tf.Tensor): Promise<number> {
  const [value] = await loss.data();
  loss.dispose();
  return value!;
}

function convolutions(seed: number): () => Promise<number> {
  const { step } = createConvolution();
  const { images, labels } = digits(BATCH, randomNumbers(seed));
  return () => valueOf(step(images, labels));
}

function transformer(seed: number): () => Promise<number> {
  const { step } = createTurner();
  const symbols = sequences(randomNumbers(seed));
  return () => valueOf(step(symbols));
}

const initializer = (seed: number) => tf.initializers.glorotUniform({ seed });

/** `model.fit` over batches of random rows of a shape, with one number to be learned of each. */
const fitting = (batches: number, shape: number[], layers: () => tf.layers.Layer[]) => (seed: number) => {
  const last = tf.layers.dense({ units: 1, kernelInitializer: initializer(3) });
  const model = tf.sequential({ layers: [...layers(), last] });
  model.compile({ optimizer: tf.train.adam(0.01), loss: "meanSquaredError" });
  const x = tf.randomNormal([batches * BATCH, ...shape], 0, 1, "float32", seed);
  const y = tf.randomNormal([batches * BATCH, 1], 0, 1, "float32", seed + 1);
  return async (): Promise<number> => {
    const { history } = await model.fit(x, y, { epochs: 1, batchSize: BATCH, verbose: 0 });
    return history.loss![0] as number;
  };
};

/** By group and label. Each call gives the loss. */
const PROGRAMS: Record<string, Record<string, (seed: number) => () => Promise<number>>> = {
  "package's example": { convolutions, transformer },
  "epoch of model.fit": {
    perceptron: fitting(64, [20], () => [
      tf.layers.dense({
        units: 32,
        inputShape: [20],
        activation: "relu",
        kernelInitializer: initializer(1),
      }),
    ]),
    convolutions: fitting(16, [28, 28, 1], () => [
      tf.layers.conv2d({
        filters: 8,
        kernelSize: 3,
        inputShape: [28, 28, 1],
        activation: "relu",
        kernelInitializer: initializer(1),
      }),
      tf.layers.maxPooling2d({ poolSize: 2 }),
      tf.layers.flatten(),
    ]),
    LSTM: fitting(16, [20, 8], () => [
      tf.layers.lstm({
        units: 32,
        inputShape: [20, 8],
        kernelInitializer: initializer(1),
        recurrentInitializer: initializer(2),
      }),
    ]),
  },
};

export const TFJS_PROGRAMS = Object.entries(PROGRAMS).flatMap(([group, programs]) =>
  Object.keys(programs).map((label) => ({ group, label }))
);

/** A program, with its trainable variables as parameters. The memory of eager programs is not told. */
export function createTfjsStep({ group, label, seed }: TfjsProgram) {
  const run = PROGRAMS[group]![label]!(seed);
  const trainable = Object.values(tf.engine().registeredVariables).filter((variable) => variable.trainable);
  return { run, parameters: trainable.map(({ size }) => ({ count: size })), memory: () => undefined };
}
