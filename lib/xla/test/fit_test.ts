import { deepEqual, equal, ok } from "node:assert/strict";
import * as tf from "@tensorflow/tfjs";
import { liveBuffers } from "../src/pjrt/buffer.ts";
import { backendTest, xla } from "./support/backend.ts";

/** How many programs were made so far. */
const made = (): number => xla().programs.spent.programs + xla().programs.spent.stored;

const initial = (seed: number) => tf.initializers.glorotUniform({ seed });

function perceptron(): tf.Sequential {
  return tf.sequential({
    layers: [
      tf.layers.dense({ units: 6, inputShape: [4], activation: "relu", kernelInitializer: initial(1) }),
      tf.layers.dense({ units: 1, kernelInitializer: initial(2) }),
    ],
  });
}

function recurrent(steps: number): tf.Sequential {
  return tf.sequential({
    layers: [
      tf.layers.lstm({
        units: 3,
        inputShape: [steps, 2],
        kernelInitializer: initial(1),
        recurrentInitializer: initial(2),
      }),
      tf.layers.dense({ units: 1, kernelInitializer: initial(3) }),
    ],
  });
}

/** Of two classes, told apart by their accuracy too. */
function classifier(): tf.Sequential {
  return tf.sequential({
    layers: [
      tf.layers.dense({ units: 6, inputShape: [4], activation: "relu", kernelInitializer: initial(1) }),
      tf.layers.dense({ units: 1, activation: "sigmoid", kernelInitializer: initial(2) }),
    ],
  });
}

/** Trains a model on random rows; how many programs each epoch needed that were not there. */
async function programsOfEpochs(
  model: tf.Sequential,
  rows: number,
  args: tf.ModelFitArgs = {},
  { loss = "meanSquaredError", metrics }: { loss?: string; metrics?: string[] } = {},
): Promise<number[]> {
  const shape = model.inputs[0]!.shape.slice(1) as number[];
  const x = tf.randomNormal([rows, ...shape], 0, 1, "float32", 1);
  const y = tf.randomNormal([rows, 1], 0, 1, "float32", 2);
  // Computed at once: else the first program computes them as well.
  await Promise.all([x.data(), y.data()]);
  model.compile({ optimizer: tf.train.adam(0.01), loss, metrics });
  const counts: number[] = [];
  let before = made();
  const onEpochEnd = () => {
    counts.push(made() - before);
    before = made();
  };
  await model.fit(x, y, { batchSize: 8, epochs: 4, verbose: 0, callbacks: { onEpochEnd }, ...args });
  tf.dispose([x, y]);
  return counts;
}

backendTest(
  "the programs of model.fit are as many for 40 batches as for 5, and all there after the first epoch",
  async () => {
    const few = await programsOfEpochs(perceptron(), 5 * 8);
    const many = await programsOfEpochs(perceptron(), 40 * 8);
    ok(few[0]! <= 8, `${few}`);
    deepEqual(few.slice(1), [0, 0, 0]);
    // Beside what the smaller one has left: the shapes of the data are others.
    ok(many[0]! <= 8, `${many}`);
    deepEqual(many.slice(1), [0, 0, 0]);
  },
);

backendTest("the same with metrics, which are added up over an epoch as the loss is", async () => {
  const counts = await programsOfEpochs(classifier(), 9 * 8, {}, {
    loss: "binaryCrossentropy",
    metrics: ["accuracy"],
  });
  ok(counts[0]! <= 10, `${counts}`);
  deepEqual(counts.slice(1), [0, 0, 0]);
});

backendTest("the same in order, with a last batch that is smaller and with validation", async () => {
  const x = tf.randomNormal([20, 4], 0, 1, "float32", 3);
  const y = tf.randomNormal([20, 1], 0, 1, "float32", 4);
  const counts = await programsOfEpochs(perceptron(), 11 * 8 + 3, { shuffle: false, validationData: [x, y] });
  ok(counts[0]! <= 20, `${counts}`);
  deepEqual(counts.slice(1), [0, 0, 0]);
});

backendTest("the steps of a recurrent network share programs", async () => {
  const short = await programsOfEpochs(recurrent(12), 4 * 8);
  const long = await programsOfEpochs(recurrent(24), 4 * 8);
  ok(long[0]! <= short[0]! + 8, `${short} and ${long}`);
  deepEqual(long.slice(1), [0, 0, 0]);
});

backendTest("epochs leave nothing behind", async () => {
  const held: number[][] = [];
  await programsOfEpochs(perceptron(), 9 * 8, {
    callbacks: { onEpochEnd: () => void held.push([liveBuffers(), tf.memory().numTensors]) },
  });
  deepEqual(held[3], held[1]);
});

backendTest("predict and evaluate need no program when they are called again", () => {
  const model = perceptron();
  model.compile({ optimizer: "sgd", loss: "meanSquaredError" });
  const [x, y] = [tf.ones([100, 4]), tf.ones([100, 1])];
  const both = () =>
    tf.tidy(() => {
      (model.predict(x, { batchSize: 8 }) as tf.Tensor).dataSync();
      (model.evaluate(x, y, { batchSize: 8 }) as tf.Tensor).dataSync();
    });
  both();
  const before = made();
  both();
  equal(made(), before);
});

backendTest("a loop of one's own over slices is compiled once", () => {
  const x = tf.randomNormal([400, 3], 0, 1, "float32", 1) as tf.Tensor2D;
  const w = tf.variable(tf.zeros([3, 1])) as tf.Variable<tf.Rank.R2>;
  const optimizer = tf.train.sgd(0.1);
  const round = (first: number, last: number) => {
    for (let i = first; i < last; i++) {
      const batch = x.slice([i * 10, 0], [10, 3]);
      optimizer.minimize(() =>
        tf.mean(tf.squaredDifference(tf.matMul(batch, w), tf.sum(batch, 1, true))) as tf.Scalar
      );
      batch.dispose();
    }
    return Array.from(w.dataSync());
  };
  round(0, 10);
  const before = made();
  round(10, 40);
  ok(made() - before <= 2);
  const after = made();
  const learned = round(0, 30);
  ok(made() - after <= 2);
  ok(learned.every((weight) => Math.abs(weight - 1) < 0.1), `${learned}`);
});

backendTest("ranges, paddings and filled arrays that differ from step to step are inputs", () => {
  const step = (i: number) =>
    tf.tidy(() => {
      const rows = tf.range(i, i + 3, 1, "int32");
      const x = tf.pad(tf.fill([2], i), [[i, 5 - i]]);
      return Array.from(tf.concat([tf.cast(rows, "float32"), x, tf.linspace(i, i + 1, 2)]).dataSync());
    });
  deepEqual(step(1), [1, 2, 3, 0, 1, 1, 0, 0, 0, 0, 1, 2]);
  const before = made();
  deepEqual(step(4), [4, 5, 6, 0, 0, 0, 0, 4, 4, 0, 4, 5]);
  equal(made(), before);
});

backendTest("the same seeds give the same bits", async () => {
  const train = async () => {
    const model = recurrent(9);
    await programsOfEpochs(model, 5 * 8 + 1, { shuffle: false, epochs: 2 });
    return model.getWeights().map((weights) => Array.from(weights.dataSync()));
  };
  deepEqual(await train(), await train());
});
