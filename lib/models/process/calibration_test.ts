import { deepEqual, equal, ok, throws } from "node:assert/strict";
import * as tf from "@tensorflow/tfjs-core";
import { useEngine } from "../../engine/mod.ts";
import { calibration, CALIBRATION_LEVELS, countInside } from "./calibration.ts";
import type { Normal } from "./normal.ts";
import type { Points } from "./points.ts";

/** Half widths of the central intervals of a standard normal at 0.1, 0.2, ..., 0.9. */
const HALF_WIDTHS = [
  0.1256613,
  0.2533471,
  0.3853205,
  0.5244005,
  0.6744898,
  0.8416212,
  1.0364334,
  1.2815516,
  1.6448536,
];

function counts(prediction: Normal, y: tf.Tensor, hidden?: tf.Tensor2D) {
  const found = countInside(prediction, { x: y, y, hidden } as Points);
  return { counts: [...found.counts.dataSync()], total: found.total.dataSync()[0]! };
}

Deno.test("a value is inside an interval if it is closer to the mean than the interval's end", async () => {
  await useEngine("cpu");
  tf.tidy(() => {
    HALF_WIDTHS.forEach((width, level) => {
      const y = tf.tensor3d([3 + 2 * width - 1e-4, 3 - 2 * width - 1e-4], [1, 2, 1]);
      const found = counts({ mean: tf.fill([1, 2, 1], 3), sigma: tf.fill([1, 2, 1], 2) }, y);
      // The first lies just inside at this level, the second just outside.
      deepEqual(found.counts, CALIBRATION_LEVELS.map((_, i) => i < level ? 0 : i === level ? 1 : 2));
      equal(found.total, 2);
    });
  });
});

Deno.test("intervals of several samples are those of their mixture; filling rows do not count", async () => {
  await useEngine("cpu");
  tf.tidy(() => {
    // Half of the mixture is far below and half far above: 0 is its median, though no sample is likely there.
    const mean = tf.tensor4d([-100, -100, 100, 100], [2, 1, 2, 1]);
    const y = tf.tensor3d([0, 0], [1, 2, 1]);
    const found = counts({ mean, sigma: tf.onesLike(mean) }, y, tf.tensor2d([[0, 1]]));
    deepEqual(found, { counts: Array(9).fill(1), total: 1 });
  });
});

Deno.test("the score of predictions with the true spread is near 0, of others as their shares say", async () => {
  await useEngine("cpu");
  const draws = tf.tidy(() => {
    const y = tf.randomNormal([1, 20_000, 1], 0, 1, "float32", 3);
    const score = (sigma: number) =>
      calibration([counts({ mean: tf.zerosLike(y), sigma: tf.fill(y.shape, sigma) }, y)]).score;
    return { right: score(1), narrow: score(0.3), wide: score(3) };
  });
  ok(draws.right < 1e-4, `found ${draws.right}`);
  ok(draws.narrow > 0.05 && draws.wide > 0.05, JSON.stringify(draws));
});

Deno.test("shares divide by the values of the batches that were counted", () => {
  const { shares, score } = calibration([
    { counts: [1, 2, 3, 4, 5, 6, 7, 8, 9], total: 10 },
    { counts: [5, 5, 5, 5, 5, 5, 5, 5, 5], total: 30 },
  ]);
  deepEqual(shares, [6, 7, 8, 9, 10, 11, 12, 13, 14].map((n) => n / 40));
  const squares = shares.reduce((sum, share, i) => sum + (share - (i + 1) / 10) ** 2, 0);
  ok(Math.abs(score - squares / 11) < 1e-12);
});

Deno.test("no values have no calibration", () => {
  throws(() => calibration([]), /expected at least one value, found none/);
});
