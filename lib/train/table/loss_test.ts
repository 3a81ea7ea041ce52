import { equal, ok } from "node:assert/strict";
import * as tf from "@tensorflow/tfjs-core";
import { useEngine } from "../../engine/mod.ts";
import { layoutOf } from "../../models/table/columns.ts";
import { tableLoss } from "./loss.ts";

const LAYOUT = layoutOf([
  { kind: "categorical", classes: ["a", "b"] },
  { kind: "numeric", classes: [] },
]);
const truth = () => ({
  values: tf.tensor2d([[1], [2]]),
  onehot: tf.tensor3d([[[1, 0]], [[0, 1]]]),
  mask: tf.zeros([2, 2]) as tf.Tensor2D,
});
const outputs = () => ({
  values: tf.tensor2d([[0], [5]]),
  logits: tf.tensor3d([[[0, 0]], [[0, Math.log(3)]]]),
});
const number = (x: tf.Tensor) => x.dataSync()[0]!;
const near = (x: tf.Tensor, expected: number) =>
  ok(Math.abs(number(x) - expected) < 1e-6, `${number(x)}, not ${expected}`);

Deno.test("each part is the mean over its own cells, of both kinds together", async () => {
  await useEngine("cpu");
  const labels = tf.tensor2d([[0, 1], [0, 1]]);
  const features = tf.tensor2d([[1, 0], [1, 0]]);
  const { total, label, feature } = tableLoss(LAYOUT, outputs(), truth(), labels, features, tf.scalar(0.25));
  near(label.mean, (1 + 9) / 2);
  near(feature.mean, (Math.log(2) - Math.log(0.75)) / 2);
  equal(number(label.numericCells) + number(feature.categoricalCells), 4);
  near(total, 0.25 * number(feature.mean) + 0.75 * number(label.mean));
});

Deno.test("without masked features the label part keeps its factor", async () => {
  await useEngine("cpu");
  const labels = tf.tensor2d([[1, 1], [0, 0]]);
  const { total, feature } = tableLoss(LAYOUT, outputs(), truth(), labels, tf.zeros([2, 2]), tf.scalar(0.5));
  equal(number(feature.mean), 0);
  near(total, 0.5 * (Math.log(2) + 1) / 2);
});
