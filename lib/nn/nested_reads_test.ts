import * as tf from "@tensorflow/tfjs-core";
import { ok } from "node:assert/strict";
import { useEngine } from "../engine/mod.ts";
import { firstRows } from "./layers.ts";
import { nestedReads } from "./latent_attention.ts";
import { sharesOf } from "./online_softmax.ts";
import { softmaxProduct } from "./softmax_product.ts";

const [GROUPS, ROWS, READERS, WIDTH] = [2, 9, 3, 4];
/** In any order, one of them twice, and all rows. */
const COUNTS = [5, 9, 2, 5];

for (const masked of [false, true]) {
  Deno.test(`nested reads are reads of the first rows${masked ? ", some hidden" : ""}, gradients included`, async () => {
    await useEngine("cpu");
    tf.tidy(() => {
      // Later rows have much higher scores: relative to theirs the first would be 0.
      const growing = tf.reshape(tf.range(0, 20 * ROWS, 20), [1, ROWS, 1]);
      const scores = tf.variable(
        tf.add(tf.randomNormal([GROUPS, ROWS, READERS], 0, 1, "float32", 1), growing) as tf.Tensor3D,
      );
      const values = tf.variable(tf.randomNormal([GROUPS, ROWS, WIDTH], 0, 1, "float32", 2) as tf.Tensor3D);
      // The first two rows of the first group: its shortest read finds nothing.
      const mask = Array.from({ length: GROUPS * ROWS }, (_, i) => Number(i < 2 || i % 4 === 3));
      const hidden = masked ? tf.tensor3d(mask, [GROUPS, ROWS, 1]) : undefined;
      const cotangents = COUNTS.map((_, i) =>
        tf.randomNormal([GROUPS, READERS, WIDTH], 0, 1, "float32", 3 + i)
      );
      const gradients = (read: () => tf.Tensor[]) => {
        const { value, grads } = tf.variableGrads(
          () => tf.addN(read().map((x, i) => tf.sum(tf.mul(x, cotangents[i]!)))) as tf.Scalar,
          [scores, values],
        );
        return [value, grads[scores.name]!, grads[values.name]!];
      };
      const ours = gradients(() => nestedReads({ scores, values, hidden }, COUNTS).map(sharesOf));
      const theirs = gradients(() =>
        COUNTS.map((count) =>
          softmaxProduct(firstRows<tf.Tensor3D>(scores, count), firstRows<tf.Tensor3D>(values, count), {
            hidden: hidden && firstRows(hidden, count),
          })
        )
      );
      const apart = (a: tf.Tensor, b: tf.Tensor) => tf.max(tf.abs(tf.sub(a, b))).dataSync()[0]!;
      for (const [i, x] of ours.entries()) ok(apart(x, theirs[i]!) < 1e-5);
      tf.dispose([scores, values]);
    });
  });
}
