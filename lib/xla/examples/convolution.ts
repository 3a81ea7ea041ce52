/** A small convolutional network that reads digits, trained with one compiled step. */
import * as tf from "@tensorflow/tfjs";
import { jit } from "@spin/xla";
import { start } from "./start.ts";

const SIZE = 12;
const BATCH = 32;

/** The segments of a seven-segment display that are lit: top, upper left and right, middle, lower left and right, bottom. */
const LIT = [
  "1110111",
  "0010010",
  "1011101",
  "1011011",
  "0111010",
  "1101011",
  "1101111",
  "1010010",
  "1111111",
  "1111011",
];

/** Whether a segment of a display of 5 x 9 covers a cell. */
const SEGMENTS: ((row: number, column: number) => boolean)[] = [
  (row) => row === 0,
  (row, column) => column === 0 && row <= 4,
  (row, column) => column === 4 && row <= 4,
  (row) => row === 4,
  (row, column) => column === 0 && row >= 4,
  (row, column) => column === 4 && row >= 4,
  (row) => row === 8,
];

/** Digits at random places with noise: images [count, 12, 12, 1], labels [count] int32. */
export function digits(count: number, random: () => number): { images: tf.Tensor4D; labels: tf.Tensor1D } {
  const pixels = Float32Array.from({ length: count * SIZE * SIZE }, () => 0.5 * random());
  const labels = Int32Array.from({ length: count }, () => Math.floor(10 * random()));
  labels.forEach((label, image) => {
    const [top, left] = [Math.floor(4 * random()), 2 + Math.floor(4 * random())];
    for (let row = 0; row < 9; row++) {
      for (let column = 0; column < 5; column++) {
        const lit = SEGMENTS.some((covers, i) => LIT[label]![i] === "1" && covers(row, column));
        const at = (image * SIZE + top + row) * SIZE + left + column;
        if (lit) pixels[at] = pixels[at]! + 0.5;
      }
    }
  });
  return { images: tf.tensor4d(pixels, [count, SIZE, SIZE, 1]), labels: tf.tensor1d(labels, "int32") };
}

/** A network that reads digits, and a compiled step of its training: the loss of a batch. */
export function createConvolution() {
  const initial = (seed: number) => tf.initializers.heNormal({ seed });
  const model = tf.sequential({
    layers: [
      tf.layers.conv2d({
        filters: 16,
        kernelSize: 3,
        activation: "relu",
        inputShape: [SIZE, SIZE, 1],
        kernelInitializer: initial(1),
      }),
      tf.layers.maxPooling2d({ poolSize: 2 }),
      tf.layers.conv2d({ filters: 32, kernelSize: 3, activation: "relu", kernelInitializer: initial(2) }),
      tf.layers.flatten(),
      tf.layers.dense({ units: 10, kernelInitializer: initial(3) }),
    ],
  });
  const optimizer = tf.train.adam(0.005);
  const step = jit((images: tf.Tensor4D, labels: tf.Tensor1D) =>
    optimizer.minimize(
      () =>
        tf.losses.softmaxCrossEntropy(tf.oneHot(labels, 10), model.apply(images) as tf.Tensor2D) as tf.Scalar,
      true,
    )!
  );
  return { model, step };
}

/** Trains for so many steps; the share of 200 new digits that are read rightly. */
export function trainConvolution(steps: number, random: () => number): number {
  const { model, step } = createConvolution();
  for (let i = 0; i < steps; i++) {
    const { images, labels } = digits(BATCH, random);
    const loss = step(images, labels);
    if (i % 50 === 0) console.log(`step ${i}: loss ${loss.dataSync()[0]!.toFixed(3)}`);
    tf.dispose([images, labels, loss]);
  }
  return tf.tidy(() => {
    const { images, labels } = digits(200, random);
    const read = tf.argMax(model.predict(images) as tf.Tensor2D, 1);
    return tf.mean(tf.cast(tf.equal(read, labels), "float32")).dataSync()[0]!;
  });
}

if (import.meta.main) {
  await start();
  console.log("read rightly:", trainConvolution(300, Math.random));
}
