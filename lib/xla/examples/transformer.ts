/** A small transformer that learns to turn sequences round, trained with one compiled step. */
import * as tf from "@tensorflow/tfjs";
import { jit } from "@spin/xla";
import { start } from "./start.ts";

const LENGTH = 8;
const SYMBOLS = 10;
const WIDTH = 32;
const HEADS = 4;
const BATCH = 64;

const weights = (rows: number, columns: number, seed: number): tf.Variable<tf.Rank.R2> =>
  tf.tidy(() => tf.variable(tf.randomNormal([rows, columns], 0, rows ** -0.5, "float32", seed)));

/** Mean 0 and variance 1 along the last axis. */
function normalise<T extends tf.Tensor>(x: T): T {
  const { mean, variance } = tf.moments(x, -1, true);
  return tf.mul(tf.sub(x, mean), tf.rsqrt(tf.add(variance, 1e-5))) as T;
}

/** Rows of [batch, points, a] times a matrix [a, b]. */
function linear(x: tf.Tensor3D, w: tf.Tensor2D): tf.Tensor3D {
  const [batch, points, width] = x.shape;
  return tf.reshape(tf.matMul(tf.reshape(x, [batch * points, width]), w), [batch, points, w.shape[1]]);
}

/** Attention of several heads and a perceptron, each added to what comes in: [batch, points, width]. */
function createBlock(seed: number): (x: tf.Tensor3D) => tf.Tensor3D {
  const [queries, keys, values, out] = [0, 1, 2, 3].map((i) =>
    weights(WIDTH, WIDTH, seed + i)
  ) as tf.Tensor2D[];
  const [wide, narrow] = [weights(WIDTH, 2 * WIDTH, seed + 4), weights(2 * WIDTH, WIDTH, seed + 5)];
  const heads = (x: tf.Tensor3D): tf.Tensor4D =>
    tf.transpose(tf.reshape(x, [-1, LENGTH, HEADS, WIDTH / HEADS]), [0, 2, 1, 3]);
  return (x) => {
    const read = normalise(x);
    const [q, k, v] = [queries!, keys!, values!].map((w) => heads(linear(read, w))) as [
      tf.Tensor4D,
      tf.Tensor4D,
      tf.Tensor4D,
    ];
    const shares = tf.softmax(tf.mul(tf.matMul(q, k, false, true), (WIDTH / HEADS) ** -0.5));
    const mixed = tf.reshape(tf.transpose(tf.matMul(shares, v), [0, 2, 1, 3]), [
      -1,
      LENGTH,
      WIDTH,
    ]) as tf.Tensor3D;
    const attended = tf.add(x, linear(mixed, out!)) as tf.Tensor3D;
    const hidden = tf.relu(linear(normalise(attended), wide));
    return tf.add(attended, linear(hidden, narrow));
  };
}

/** Scores of each symbol at each place, [batch, LENGTH, SYMBOLS], from symbols [batch, LENGTH] int32. */
function createTransformer(): (symbols: tf.Tensor2D) => tf.Tensor3D {
  const [symbolsIn, places, symbolsOut] = [
    weights(SYMBOLS, WIDTH, 1),
    weights(LENGTH, WIDTH, 2),
    weights(WIDTH, SYMBOLS, 3),
  ];
  const blocks = [createBlock(10), createBlock(20)];
  return (symbols) => {
    const read = tf.add(tf.gather(symbolsIn, symbols), places) as tf.Tensor3D;
    return linear(normalise(blocks.reduce((x, block) => block(x), read)), symbolsOut);
  };
}

/** Random sequences, [BATCH, LENGTH] int32. */
export const sequences = (random: () => number): tf.Tensor2D =>
  tf.tensor2d(Int32Array.from({ length: BATCH * LENGTH }, () => Math.floor(SYMBOLS * random())), [
    BATCH,
    LENGTH,
  ]);

/** A compiled step of training, which gives the loss of sequences, and the share of their places that are right. */
export function createTurner() {
  const transformer = createTransformer();
  const optimizer = tf.train.adam(0.003);
  const step = jit((symbols: tf.Tensor2D) =>
    optimizer.minimize(() => {
      const turned = tf.oneHot(tf.cast(tf.reverse(symbols, 1), "int32"), SYMBOLS);
      return tf.losses.softmaxCrossEntropy(turned, transformer(symbols)) as tf.Scalar;
    }, true)!
  );
  const accuracy = jit((symbols: tf.Tensor2D) =>
    tf.mean(tf.cast(tf.equal(tf.argMax(transformer(symbols), 2), tf.reverse(symbols, 1)), "float32"))
  );
  return { step, accuracy };
}

/** Trains for so many steps; the share of places of new sequences that are right. */
export function trainTransformer(steps: number, random: () => number): number {
  const { step, accuracy } = createTurner();
  for (let i = 0; i < steps; i++) {
    const symbols = sequences(random);
    const loss = step(symbols);
    if (i % 50 === 0) console.log(`step ${i}: loss ${loss.dataSync()[0]!.toFixed(3)}`);
    tf.dispose([symbols, loss]);
  }
  return tf.tidy(() => accuracy(sequences(random)).dataSync()[0]!);
}

if (import.meta.main) {
  await start();
  console.log("right places:", trainTransformer(400, Math.random));
}
