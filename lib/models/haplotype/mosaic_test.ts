import assert from "node:assert/strict";
import * as tf from "@tensorflow/tfjs-core";
import { createRng, useEngine } from "../../engine/mod.ts";
import { changeProbabilities, mosaics, withNoise } from "./mosaic.ts";

await useEngine("cpu");
const rng = (seed: number) => createRng(tf.tensor1d([seed, 1], "int32"));

/** Row r of the panel is recognised by its alleles. */
const panel = tf.tensor2d([0, 0, 0, 0, 0, 0, 1, 1, 1, 1, 1, 1], [2, 6]);

Deno.test("without changes a mosaic is a row of the panel, and rows come up equally often", () => {
  const rows = mosaics(rng(0), 400, panel, tf.zeros([6])).arraySync();
  assert.ok(rows.every((row) => row.every((allele) => allele === row[0])));
  const share = rows.filter(([first]) => first === 1).length / 400;
  assert.ok(share > 0.4 && share < 0.6, `share ${share}`);
});

Deno.test("changes come where they are likely", () => {
  const change = tf.tensor1d([0, 0, 0, 1, 0, 0]);
  const rows = mosaics(rng(1), 400, panel, change).arraySync();
  assert.ok(rows.every((row) => row[0] === row[2] && row[3] === row[5]));
  const changed = rows.filter((row) => row[2] !== row[3]).length / 400;
  assert.ok(changed > 0.4 && changed < 0.6, `changed ${changed}`);
});

Deno.test("noise flips the share of alleles that was asked for", () => {
  const flipped = tf.mean(withNoise(rng(2), tf.zeros([100, 200]), 0.1)).arraySync() as number;
  assert.ok(Math.abs(flipped - 0.1) < 0.01);
  assert.equal(tf.sum(withNoise(rng(2), tf.zeros([9, 9]), 0)).arraySync(), 0);
});

Deno.test("the same key gives the same mosaics", () => {
  const change = tf.fill([6], 0.3) as tf.Tensor1D;
  assert.deepEqual(
    mosaics(rng(3), 9, panel, change).arraySync(),
    mosaics(rng(3), 9, panel, change).arraySync(),
  );
});

Deno.test("changes are likelier over longer distances", () => {
  const p = changeProbabilities([1, 1, 1.5], 2);
  assert.equal(p[0], 0);
  assert.equal(p[1], 0);
  assert.ok(Math.abs(p[2]! - (1 - Math.exp(-1))) < 1e-6);
});
