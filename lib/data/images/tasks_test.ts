import { deepEqual, ok, throws } from "node:assert/strict";
import * as tf from "@tensorflow/tfjs-core";
import { createRng, jit } from "../../engine/mod.ts";
import { xlaTest } from "../../engine/support_test.ts";
import { checkPixels, drawOrder, imageBatch, targetAll } from "./tasks.ts";

const SHAPE = { height: 3, width: 4, channels: 2 };

xlaTest("each image has a random order of its own, and points are its pixels with their places", () => {
  const values = Float32Array.from({ length: 40 * 24 }, (_, i) => i / 960);
  const { x, y, index } = jit((key: tf.Tensor) => {
    const draws = drawOrder(SHAPE, 40, createRng(key));
    return imageBatch(SHAPE, tf.tensor3d(values, [40, 12, 2]), 12, draws);
  })(tf.tensor1d([1, 2], "int32"));
  const [xs, ys, orders] = [x.dataSync(), y.dataSync(), index.arraySync()];
  orders.forEach((order, item) => {
    deepEqual([...order].sort((a, b) => a - b), Array.from({ length: 12 }, (_, i) => i));
    order.forEach((pixel, i) => {
      const at = item * 12 + i;
      ok(Math.abs(xs[2 * at]! - (Math.floor(pixel / 4) - 1)) < 1e-6);
      ok(Math.abs(xs[2 * at + 1]! - (2 * (pixel % 4) / 3 - 1)) < 1e-6);
      for (const c of [0, 1]) {
        ok(Math.abs(ys[2 * at + c]! + 0.5 - values[(item * 12 + pixel) * 2 + c]!) < 1e-6);
      }
    });
  });
  ok(new Set(orders.map(String)).size > 35);
});

xlaTest("a single row of pixels lies in the middle", () => {
  const shape = { height: 1, width: 2, channels: 1 };
  const order = tf.tensor2d([[0.1, 0.2]]);
  const { x } = imageBatch(shape, tf.tensor3d([[[0], [1]]]), 2, order);
  deepEqual([...x.dataSync()], [0, -1, 0, 1]);
});

Deno.test("every pixel beyond the context can be a target; more points than pixels are refused", () => {
  deepEqual(targetAll(SHAPE, 5), { context: 5, target: 7 });
  checkPixels(SHAPE, { context: [1, 8], target: [1, 4] }, false);
  checkPixels(SHAPE, { context: [1, 11], target: [1, 40] }, true);
  throws(
    () => checkPixels(SHAPE, { context: [1, 8], target: [1, 5] }, false),
    /at most 12 points in images of 3 x 4 pixels, found up to 8 of context and 5 of target/,
  );
  throws(
    () => checkPixels(SHAPE, { context: [1, 12], target: [1, 1] }, true),
    /12 of context and at least 1/,
  );
});
