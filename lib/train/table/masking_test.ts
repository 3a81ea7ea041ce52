import * as tf from "@tensorflow/tfjs-core";
import { deepEqual, equal, ok, throws } from "node:assert/strict";
import { createRng, useEngine } from "../../engine/mod.ts";
import { UserError } from "../../errors.ts";
import { layoutOf } from "../../models/table/columns.ts";
import { drawMasks, drawRows, labelPlan, maskCells, maskRows, selectSmallest } from "./masking.ts";

const LAYOUT = layoutOf([
  { kind: "numeric", classes: [] },
  { kind: "categorical", classes: ["a", "b", "c"] },
  { kind: "numeric", classes: [] },
]);
const ROWS = 200;

const key = (seed: number) => createRng(tf.tensor1d([seed, 0], "int32"));
const cells = () => ({
  values: tf.fill([ROWS, 2], 5) as tf.Tensor2D,
  onehot: tf.oneHot(tf.zeros([ROWS, 1], "int32"), 3).toFloat() as tf.Tensor3D,
  mask: tf.zeros([ROWS, 3]) as tf.Tensor2D,
});
const sum = (x: tf.Tensor) => x.sum().dataSync()[0]!;

Deno.test("the smallest eligible scores are selected, exactly as many as asked", async () => {
  await useEngine("cpu");
  const scores = tf.tensor1d([0.5, 0, 0.25, 0.75, 1 - 2 ** -24, 2 ** -24]);
  const eligible = tf.tensor1d([1, 1, 0, 1, 1, 1]);
  deepEqual(selectSmallest(scores, eligible, tf.tensor1d([0, 1, 2, 4, 5])).arraySync(), [
    [0, 0, 0, 0, 0, 0],
    [0, 1, 0, 0, 0, 0],
    [0, 1, 0, 0, 0, 1],
    [1, 1, 0, 1, 0, 1],
    [1, 1, 0, 1, 1, 1],
  ]);
});

Deno.test("selected cells are candidates, about p of them, and hidden or randomised in the share of the reference", async () => {
  await useEngine("cpu");
  const [p, q] = [0.3, 0.9];
  const candidates = tf.tile(tf.tensor2d([[1, 1, 0]]), [ROWS, 1]) as tf.Tensor2D;
  for (const seed of [1, 2, 3]) {
    const { cells: masked, selected } = maskCells(
      LAYOUT,
      cells(),
      candidates,
      p,
      q,
      drawMasks(key(seed), ROWS, LAYOUT),
    );
    const count = sum(selected);
    equal(sum(tf.mul(selected, tf.sub(1, candidates))), 0);
    ok(Math.abs(count - 2 * ROWS * p) < 5 * Math.sqrt(2 * ROWS * p * (1 - p)), `count ${count}`);
    const randomised = count - Math.trunc(q * count) + 1;
    equal(sum(masked.mask), count - randomised);
    const unchanged = tf.mul(tf.equal(masked.values, 5).toFloat(), 1);
    const numericSelected = sum(selected.slice([0, 0], [ROWS, 1]));
    equal(sum(unchanged), 2 * ROWS - numericSelected);
    const hiddenClasses = sum(masked.mask.slice([0, 1], [ROWS, 1]));
    equal(sum(masked.onehot), ROWS - hiddenClasses);
  }
});

Deno.test("randomised classes are spread over all classes, randomised values over N(0, 1)", async () => {
  await useEngine("cpu");
  const all = tf.ones([ROWS, 3]) as tf.Tensor2D;
  const { cells: masked } = maskCells(LAYOUT, cells(), all, 1, 0.001, drawMasks(key(4), ROWS, LAYOUT));
  const one = maskCells(LAYOUT, cells(), all, 1, 0, drawMasks(key(4), ROWS, LAYOUT));
  equal(sum(one.selected), 3 * ROWS);
  equal(sum(masked.mask), 3 * ROWS - 1);
  const most = maskCells(LAYOUT, cells(), all, 1, 0.004, drawMasks(key(5), ROWS, LAYOUT)).cells;
  const classes = sum(most.onehot.slice([0, 0, 1], [ROWS, 1, 1]));
  ok(Math.abs(classes - ROWS / 3) < 40, `class 1: ${classes} of ${ROWS}`);
  const { mean, variance } = tf.moments(most.values);
  ok(Math.abs(mean.dataSync()[0]!) < 0.2 && Math.abs(variance.dataSync()[0]! - 1) < 0.3);
});

Deno.test("equal keys give equal masks, other keys others", async () => {
  await useEngine("cpu");
  const all = tf.ones([ROWS, 3]) as tf.Tensor2D;
  const selected = (seed: number) =>
    [...maskCells(LAYOUT, cells(), all, 0.5, 0.9, drawMasks(key(seed), ROWS, LAYOUT)).selected.dataSync()]
      .join("");
  equal(selected(1), selected(1));
  ok(selected(1) !== selected(2));
});

Deno.test("without candidates nothing is masked", async () => {
  await useEngine("cpu");
  const none = tf.zeros([ROWS, 3]) as tf.Tensor2D;
  const { cells: masked, selected } = maskCells(
    LAYOUT,
    cells(),
    none,
    0.5,
    0.9,
    drawMasks(key(1), ROWS, LAYOUT),
  );
  equal(sum(selected) + sum(masked.mask), 0);
});

Deno.test("masked rows lose all their targets that are present, and only rows with candidates are taken", async () => {
  await useEngine("cpu");
  const isTrain = Array.from({ length: ROWS }, (_, i) => i % 2);
  const candidates = tf.tensor2d(isTrain.map((train) => [0, train, train]));
  const missing = tf.tensor2d(isTrain.map((_, i) => [0, 0, i === 1 ? 1 : 0]));
  const given = { ...cells(), mask: missing };
  const { cells: masked, selected } = maskRows(
    LAYOUT,
    given,
    candidates,
    tf.tensor1d([0, 1, 1]),
    0.29,
    drawRows(key(1), ROWS),
  );
  const counts = selected.arraySync().map(([first, second, third], i) => {
    equal(first, 0);
    equal(third, i === 1 ? 0 : second);
    ok(second === 0 || isTrain[i] === 1);
    return second!;
  });
  equal(counts.reduce((a, b) => a + b, 0), 29);
  equal(sum(masked.mask), sum(selected) + 1);
});

Deno.test("which labels are hidden follows mode and probability", () => {
  deepEqual(labelPlan("train", 1), { hidden: ["train", "val", "test"], sampled: [], scored: "train" });
  deepEqual(labelPlan("train", 0.15), { hidden: ["val", "test"], sampled: ["train"], scored: "sampled" });
  deepEqual(labelPlan("val", 0), { hidden: ["val", "test"], sampled: [], scored: "val" });
  deepEqual(labelPlan("test", 0), { hidden: ["test"], sampled: [], scored: "test" });
  deepEqual(labelPlan("test", 0.5), { hidden: ["test"], sampled: ["train", "val"], scored: "test" });
  throws(() => labelPlan("train", 0), UserError);
  throws(() => labelPlan("val", 1.2), /probability in \[0, 1\], found 1.2/);
});
