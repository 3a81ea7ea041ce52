import * as tf from "@tensorflow/tfjs-core";
import { deepEqual, ok, throws } from "node:assert/strict";
import { createRng, useEngine } from "../../engine/mod.ts";
import { drawResampling } from "./bootstrap_process.ts";
import { GP_DIMS } from "./dims.ts";
import { banp } from "./models.ts";
import { likelihoodsOf } from "./normal.ts";
import type { Tasks } from "./points.ts";

const DIMS = { ...GP_DIMS, dimHid: 16 };

const tasks = (): Tasks => {
  const x = tf.randomUniform([2, 9, 1], -2, 2, "float32", 1) as tf.Tensor3D;
  return { x, y: tf.sin(x), context: 6 };
};

/** Differences in absolute value, the largest. */
const apart = (a: tf.Tensor, b: tf.Tensor) => tf.max(tf.abs(tf.sub(a, b))).dataSync()[0]!;

Deno.test("one bootstrap is what several equal ones are together: loss, gradients and likelihoods", async () => {
  await useEngine("cpu");
  tf.tidy(() => {
    const { parameters, train, predict } = banp(DIMS, 1);
    const variables = parameters.map(({ variable }) => variable);
    const given = tasks();
    const one = drawResampling(createRng(tf.tensor1d([1, 2], "int32")), 1, {
      x: tf.slice(given.x, [0, 0, 0], [-1, given.context, -1]),
      y: given.y,
    });
    const three = { rows: tf.tile(one.rows, [3, 1, 1]), residuals: tf.tile(one.residuals, [3, 1, 1]) };
    const [a, b] = [one, three].map((draws) => ({
      ...tf.variableGrads(() => train(given, draws).loss, variables),
      rows: likelihoodsOf(predict(given, draws).prediction, given).rows,
    })) as [Result, Result];
    ok(apart(a.value, b.value) < 1e-6);
    ok(apart(a.rows, b.rows) < 1e-5);
    for (const { name } of variables) ok(apart(a.grads[name]!, b.grads[name]!) < 1e-6, name);
    parameters.forEach((parameter) => parameter.dispose());
  });
});

Deno.test("draws for another number of context points are refused", async () => {
  await useEngine("cpu");
  tf.tidy(() => {
    const { parameters, predict } = banp(DIMS, 1);
    const given = tasks();
    const draws = drawResampling(createRng(tf.tensor1d([1, 2], "int32")), 2, given);
    throws(() => predict(given, draws), /resampled rows: expected shape \[any, 2, 6\], found \[2, 2, 9\]/);
    parameters.forEach((parameter) => parameter.dispose());
  });
});

type Result = ReturnType<typeof tf.variableGrads> & { rows: tf.Tensor };

Deno.test("rows are drawn from the points of each task alone, all of them, by the key", async () => {
  await useEngine("cpu");
  tf.tidy(() => {
    const x = tf.zeros([2, 4, 1]) as tf.Tensor3D;
    const hidden = tf.tensor2d([[0, 0, 0, 0], [0, 0, 1, 1]]);
    const draw = (seed: number) =>
      drawResampling(createRng(tf.tensor1d([seed, 0], "int32")), 50, { x, y: x, hidden });
    const { rows, residuals } = draw(1);
    deepEqual([rows.shape, rows.dtype], [[50, 2, 4], "int32"]);
    const seen = (task: number, of: tf.Tensor) =>
      [...new Set(tf.slice(of, [0, task, 0], [-1, 1, -1]).dataSync())].sort();
    deepEqual([seen(0, rows), seen(1, rows)], [[0, 1, 2, 3], [0, 1]]);
    deepEqual([seen(0, residuals), seen(1, residuals)], [[0, 1, 2, 3], [0, 1]]);
    ok(apart(rows, residuals) > 0 && apart(rows, draw(2).rows) > 0);
    deepEqual(draw(1).rows.dataSync(), rows.dataSync());
  });
});
