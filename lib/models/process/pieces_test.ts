import { deepEqual, equal, throws } from "node:assert/strict";
import * as tf from "@tensorflow/tfjs-core";
import { useEngine } from "../../engine/mod.ts";
import { pieceAt, spanOf, startsOf } from "./pieces.ts";
import type { Points } from "./points.ts";

const column = (values: number[]) => tf.tensor3d(values, [1, values.length, 1]);

/** x, y and what is hidden of each piece. */
function piecesOf(points: Points, from: number, to: number, size: number): unknown[] {
  const span = spanOf(from, to, size);
  return [...startsOf(span).dataSync()].map((start) => {
    const { x, y, hidden } = pieceAt(points, tf.scalar(start, "int32"), span);
    return [x, y, hidden].map((part) => part && [...part.dataSync()]);
  });
}

Deno.test("a span is cut into pieces; where the last one sticks out, rows are hidden", async () => {
  await useEngine("cpu");
  tf.tidy(() => {
    const points = { x: column([0, 1, 2, 3, 4, 5]), y: column([0, 10, 20, 30, 40, 50]) };
    const hidden = tf.tensor2d([[0, 0, 1, 0, 1, 0]]);
    deepEqual(piecesOf(points, 0, 4, 2), [[[0, 1], [0, 10], undefined], [[2, 3], [20, 30], undefined]]);
    deepEqual(piecesOf(points, 1, 4, 2), [[[1, 2], [10, 20], [0, 0]], [[3, 3], [30, 30], [0, 1]]]);
    deepEqual(piecesOf({ ...points, hidden }, 1, 6, 3), [
      [[1, 2, 3], [10, 20, 30], [0, 1, 0]],
      [[4, 5, 5], [40, 50, 50], [1, 0, 1]],
    ]);
    deepEqual(piecesOf({ ...points, hidden }, 2, 4, 100), [[[2, 3], [20, 30], [1, 0]]]);
    deepEqual(piecesOf(points, 6, 6, 2), []);
  });
});

Deno.test("pieces are constants of a gradient", async () => {
  await useEngine("cpu");
  tf.tidy(() => {
    const x = column([1, 2, 3]);
    const slope = tf.grad((w) => {
      const moved = { x: tf.mul(x, w) as tf.Tensor3D, y: x };
      const piece = pieceAt(moved, tf.scalar(0, "int32"), spanOf(0, 3, 3));
      return tf.mul(tf.sum(piece.x), w);
    })(tf.scalar(2));
    equal(slope.dataSync()[0], 12);
  });
});

Deno.test("a piece of no rows is refused", () => {
  throws(() => spanOf(0, 4, 0), /pieceSize: expected a whole number of rows of at least 1, found 0/);
});
