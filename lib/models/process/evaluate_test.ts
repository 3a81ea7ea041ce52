import * as tf from "@tensorflow/tfjs-core";
import { ok } from "node:assert/strict";
import { useEngine } from "../../engine/mod.ts";
import { likelihoodsOf, rowLikelihood } from "./normal.ts";

const density = (y: number, mean: number, sigma: number) =>
  Math.exp(-((y - mean) ** 2) / (2 * sigma ** 2)) / (sigma * Math.sqrt(2 * Math.PI));

const near = (found: number, expected: number) =>
  ok(Math.abs(found - expected) < 1e-5, `expected ${expected}, found ${found}`);

Deno.test("the likelihood of a row is that of the mixture of its samples, over all channels together", async () => {
  await useEngine("cpu");
  tf.tidy(() => {
    const mean = tf.tensor4d([0.1, -0.4, 1.2, 0.3], [2, 1, 1, 2]);
    const sigma = tf.tensor4d([0.5, 0.2, 0.9, 1.1], [2, 1, 1, 2]);
    const y = tf.tensor3d([0.3, -0.1], [1, 1, 2]);
    const first = density(0.3, 0.1, 0.5) * density(-0.1, -0.4, 0.2);
    const second = density(0.3, 1.2, 0.9) * density(-0.1, 0.3, 1.1);
    near(rowLikelihood({ mean, sigma }, y).dataSync()[0]!, Math.log((first + second) / 2));
  });
});

Deno.test("very unlikely rows keep a finite likelihood in a mixture", async () => {
  await useEngine("cpu");
  tf.tidy(() => {
    const mean = tf.tensor4d([100, 200], [2, 1, 1, 1]);
    const sigma = tf.onesLike(mean);
    const found = rowLikelihood({ mean, sigma }, tf.zeros([1, 1, 1])).dataSync()[0]!;
    const expected = -5000 - 0.5 * Math.log(2 * Math.PI) - Math.log(2);
    ok(Math.abs(found - expected) < 1e-3, `expected ${expected}, found ${found}`);
  });
});

Deno.test("context and targets are scored apart, filling rows not at all", async () => {
  await useEngine("cpu");
  tf.tidy(() => {
    const y = tf.tensor3d([0, 1, 50, 2, -50], [1, 5, 1]);
    const prediction = { mean: tf.zerosLike(y), sigma: tf.onesLike(y) };
    const hidden = tf.tensor2d([[0, 0, 1, 0, 1]]);
    const { context, targets } = likelihoodsOf(prediction, { x: y, y, hidden, context: 3 });
    const constant = -0.5 * Math.log(2 * Math.PI);
    near(context.dataSync()[0]!, constant - 0.25);
    near(targets.dataSync()[0]!, constant - 2);
  });
});
