import { deepEqual, equal, ok } from "node:assert/strict";
import * as tf from "@tensorflow/tfjs-core";
import { createRng, useEngine } from "../../engine/mod.ts";
import { DEFAULT_ATTENTION, mab, widthsOf } from "../../nn/mab.ts";
import { createInit } from "../../nn/parameters.ts";
import { createTableModel, type ModelColumn, type TableModelConfig } from "./mod.ts";

const NUMERIC: ModelColumn = { kind: "numeric", classes: [] };
const COLUMNS = [NUMERIC, NUMERIC, NUMERIC];
const SMALL = { embedding: 4, heads: 2, depth: 4, h: 3, f: 2 };

const cellsOf = (n: number) => ({
  values: createRng(tf.tensor1d([1, 0], "int32")).normal([n, 3]) as tf.Tensor2D,
  onehot: tf.zeros([n, 0, 0]) as tf.Tensor3D,
  mask: tf.zeros([n, 3]) as tf.Tensor2D,
});

Deno.test("the weights of a block are the softmax of its scaled scores, head by head", async () => {
  await useEngine("cpu");
  const init = createInit(1);
  const options = { ...DEFAULT_ATTENTION, heads: 2, layerNorm: "none" as const };
  const block = mab(init, "m", { ...widthsOf(4), dimKV: 6 }, options);
  const rng = createRng(tf.tensor1d([2, 0], "int32"));
  const [x, y] = [rng.normal([1, 2, 4]) as tf.Tensor3D, rng.normal([1, 5, 6]) as tf.Tensor3D];
  const found = block.weights(x, y);
  deepEqual(found.shape, [1, 2, 2, 5]);

  const named = (name: string) =>
    init.parameters.find((p) => p.name === `m.${name}`)!.variable as tf.Tensor2D;
  const linear = (rows: tf.Tensor3D, name: string) =>
    tf.add(tf.matMul(tf.squeeze(rows, [0]) as tf.Tensor2D, named(`${name}.weight`)), named(`${name}.bias`));
  const [q, k] = [linear(x, "query").arraySync() as number[][], linear(y, "key").arraySync() as number[][]];
  for (const head of [0, 1]) {
    q.forEach((query, i) => {
      const scores = k.map((key) =>
        [0, 1].reduce((sum, c) => sum + query[2 * head + c]! * key[2 * head + c]!, 0) / Math.sqrt(6)
      );
      const powers = scores.map(Math.exp);
      const total = powers.reduce((a, b) => a + b, 0);
      powers.forEach((power, j) =>
        ok(Math.abs(found.arraySync()[0]![head]![i]![j]! - power / total) < 1e-6, `${head} ${i} ${j}`)
      );
    });
  }
});

const MODELS: [Partial<TableModelConfig>, number][] = [
  [{ model: "spin" }, 2],
  [{ model: "spin", predictor: "nested", abla: false }, 2],
  [{ model: "perceiver-d" }, 2],
];

for (const [config, blocks] of MODELS) {
  Deno.test(`${JSON.stringify(config)} tells what its latents read: shares for every XABD`, async () => {
    await useEngine("cpu");
    const model = createTableModel({ ...SMALL, ...config }, COLUMNS, 1);
    const weights = model.attention!(cellsOf(7));
    equal(weights.length, blocks);
    for (const one of weights) {
      deepEqual(one.shape, [1, 2, 3, 7]);
      for (const sum of tf.sum(one, -1).dataSync()) ok(Math.abs(sum - 1) < 1e-6);
    }
    model.dispose();
  });
}

Deno.test("models without latent datapoints have no such attention", async () => {
  await useEngine("cpu");
  for (const model of ["npt", "perceiver-e"] as const) {
    equal(createTableModel({ ...SMALL, model }, COLUMNS, 1).attention, undefined);
  }
});
