import * as tf from "@tensorflow/tfjs-core";
import { deepEqual, notDeepEqual, ok, throws } from "node:assert/strict";
import { useEngine } from "../engine/mod.ts";
import { contextOf, rowsAfter, targetsOf, type Tasks } from "../models/process/points.ts";
import { GP_TNP } from "../models/process/tnp/options.ts";
import { tnpd } from "../models/process/tnp/tnpd.ts";
import { tnpa } from "./tnpa.ts";
import { GP_TNPND, tnpnd } from "./tnpnd.ts";

const SMALL = { width: 16, feedForward: 8, layers: 2 };

const tasks = (): Tasks => {
  const x = tf.randomUniform([2, 9, 1], -2, 2, "float32", 1) as tf.Tensor3D;
  return { x, y: tf.sin(x), context: 5 };
};

const apart = (a: tf.Tensor, b: tf.Tensor) => tf.max(tf.abs(tf.sub(a, b))).dataSync()[0]!;

Deno.test("TNP-D predicts each target from the context alone, whatever other targets there are", async () => {
  await useEngine("cpu");
  tf.tidy(() => {
    const { parameters, predict } = tnpd({ ...GP_TNP, ...SMALL }, 1);
    const given = tasks();
    const all = predict(given);
    const { x, y } = targetsOf(given);
    const context = contextOf(given);
    const last = predict({
      x: tf.concat([context.x, rowsAfter(x, 3)], 1),
      y: tf.concat([context.y, tf.mul(rowsAfter(y, 3), 9)], 1),
      context: 5,
    });
    ok(apart(last.mean, rowsAfter(all.mean, 3)) < 1e-6);
    ok(apart(last.sigma, rowsAfter(all.sigma, 3)) < 1e-6);
    parameters.forEach((parameter) => parameter.dispose());
  });
});

Deno.test("a sample of TNP-A is what its predictions given that sample say, target by target", async () => {
  await useEngine("cpu");
  tf.tidy(() => {
    const { parameters, predict, sample } = tnpa({ ...GP_TNP, ...SMALL }, 1);
    const given = tasks();
    const context = contextOf(given);
    const xt = targetsOf(given).x;
    const noise = tf.randomNormal(xt.shape, 0, 1, "float32", 5) as tf.Tensor3D;
    const drawn = sample(context, xt, noise);
    const { mean, sigma } = predict({ ...given, y: tf.concat([context.y, drawn], 1) });
    ok(apart(drawn, tf.add(mean, tf.mul(sigma, noise))) < 1e-5);
    // Later targets do read earlier ones.
    const other = predict({ ...given, y: tf.concat([context.y, tf.add(drawn, 1)], 1) });
    const change = (from: number, to: number) =>
      apart(
        tf.slice(mean, [0, from, 0], [-1, to - from, -1]),
        tf.slice(other.mean, [0, from, 0], [-1, to - from, -1]),
      );
    ok(change(0, 1) < 1e-6 && change(1, 4) > 1e-4);
    parameters.forEach((parameter) => parameter.dispose());
  });
});

Deno.test("all layers of a transformer start as copies, and its parts do not", async () => {
  await useEngine("cpu");
  const { parameters } = tnpd({ ...GP_TNP, ...SMALL }, 1);
  const values = (name: string) => parameters.find((p) => p.name === name)!.variable.dataSync();
  for (
    const name of ["self_attn.in_proj_weight", "self_attn.out_proj.weight", "linear1.weight", "linear2.bias"]
  ) {
    deepEqual(values(`encoder.layers.1.${name}`), values(`encoder.layers.0.${name}`));
  }
  notDeepEqual(
    values("encoder.layers.0.linear1.bias"),
    values("embedder.0.bias").slice(0, SMALL.feedForward),
  );
  const bound = Math.sqrt(6 / (4 * SMALL.width));
  const weight = values("encoder.layers.0.self_attn.in_proj_weight");
  const largest = Math.max(...weight.map(Math.abs));
  ok(largest <= bound && largest > 0.98 * bound);
  parameters.forEach((parameter) => parameter.dispose());
});

Deno.test("TNP-ND with a low rank covariance scores two channels of a point jointly", async () => {
  await useEngine("cpu");
  tf.tidy(() => {
    const options = { ...GP_TNPND, ...SMALL, dimY: 2, covariance: "lowrank", prjDim: 3 } as const;
    const { parameters, predict, train, evaluate } = tnpnd(options, 1);
    const { x, context } = tasks();
    const given = { x, y: tf.concat([tf.sin(x), tf.cos(x)], 2), context };
    deepEqual(predict(given).scale.shape, [2, 8, 8]);
    ok(Math.abs(train(given).loss.dataSync()[0]! + 4 * evaluate(given).dataSync()[0]!) < 1e-5);
    throws(() => predict({ ...given, hidden: tf.zeros([2, 9]) }), /expected tasks of equal sizes/);
    parameters.forEach((parameter) => parameter.dispose());
  });
});
