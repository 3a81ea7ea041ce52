import assert from "node:assert/strict";
import * as tf from "@tensorflow/tfjs-core";
import { cpuTest } from "../../engine/support_test.ts";
import { createInit } from "../../nn/parameters.ts";
import { createTableModel, ensembleOf, type ModelColumn } from "./mod.ts";
import { readout } from "./readout.ts";

const draws = (n: number, seed: number) => tf.randomNormal([n], 0, 1, "float32", seed);

cpuTest("What is read for a labelled row is what the other rows alone would give", async () => {
  const [n, e] = [12, 4];
  const { solve, read, leaveOneOut } = readout(createInit(1), e);
  const features = tf.reshape(draws(n * e, 1), [n, e]) as tf.Tensor2D;
  const labels = tf.reshape(draws(2 * n, 2), [n, 2]) as tf.Tensor2D;
  const known = tf.tensor2d(Array.from({ length: n }, (_, i) => Number(i < 10)), [n, 1]);
  const together = await leaveOneOut(features, labels, known).array();
  for (const row of [0, 7, 10, 11]) {
    const others = tf.mul(known, tf.tensor2d(Array.from({ length: n }, (_, i) => Number(i !== row)), [n, 1]));
    // The sums are means over the labelled rows, the ridge beside them: with a row less both shrink alike.
    const alone = await read(features, solve(features, labels, others as tf.Tensor2D)).array();
    const tolerance = row < 10 ? 0.02 : 1e-4;
    alone[row]!.forEach((value, k) => assert.ok(Math.abs(value - together[row]![k]!) < tolerance));
  }
  // The labels of rows that are not known change nothing.
  const changed = tf.add(labels, tf.mul(tf.sub(1, known), 100)) as tf.Tensor2D;
  const again = await leaveOneOut(features, changed, known).array();
  assert.deepEqual(again.slice(0, 10), together.slice(0, 10));
});

cpuTest("From a single row, and the least ridge, the readout is what it is in closed form", async () => {
  const e = 32;
  const init = createInit(1);
  const { solve, read } = readout(init, e);
  init.parameters.find(({ name }) => name === "ridge")!.variable.assign(tf.scalar(-20));
  const [context, query] = [1, 2].map((seed) => tf.reshape(draws(e, seed), [1, e]) as tf.Tensor2D);
  const one = tf.ones([1, 1]) as tf.Tensor2D;
  const [[found]] = await read(query!, solve(context!, tf.mul(3, one), one)).array() as [[number]];
  // With one row w = φ y / (φ·φ + λ), of features of length 1 and a constant 1.
  const unit = async (x: tf.Tensor2D) => {
    const values = [...await x.data()];
    const mean = values.reduce((a, b) => a + b) / e;
    const spread = Math.sqrt(values.reduce((sum, v) => sum + (v - mean) ** 2, 0) / e + 1e-5);
    return [...values.map((v) => (v - mean) / spread / Math.sqrt(e)), 1];
  };
  const [a, b] = [await unit(context!), await unit(query!)];
  const dot = (x: number[], y: number[]) => x.reduce((sum, v, i) => sum + v * y[i]!, 0);
  const expected = 3 * dot(a, b) / (dot(a, a) + 1e-4 + Math.exp(-20));
  assert.ok(Math.abs(found - expected) < 0.02, `${found}, ${expected}`);
});

cpuTest("The gradient of a solved readout is that of finite differences", async () => {
  const [n, e] = [9, 3];
  const { leaveOneOut } = readout(createInit(3), e);
  const features = tf.reshape(draws(n * e, 4), [n, e]) as tf.Tensor2D;
  const labels = tf.reshape(draws(n, 5), [n, 1]) as tf.Tensor2D;
  const known = tf.tensor2d(Array.from({ length: n }, (_, i) => Number(i < 7)), [n, 1]);
  const weights = tf.reshape(draws(n, 6), [n, 1]);
  const loss = (x: tf.Tensor) =>
    tf.sum(tf.mul(weights, leaveOneOut(x as tf.Tensor2D, labels, known))) as tf.Scalar;
  const gradient = await tf.grad(loss)(features).data();
  const step = 1e-2;
  for (const at of [0, 5, 13, n * e - 1]) {
    const moved = (by: number) => {
      const nudge = tf.tensor2d(Array.from({ length: n * e }, (_, i) => i === at ? by : 0), [n, e]);
      return loss(tf.add(features, nudge)).dataSync()[0]!;
    };
    const slope = (moved(step) - moved(-step)) / (2 * step);
    assert.ok(
      Math.abs(slope - gradient[at]!) < 0.02 * Math.max(1, Math.abs(slope)),
      `${slope}, ${gradient[at]}`,
    );
  }
});

const columns: ModelColumn[] = [
  { kind: "numeric", classes: [], edges: [-1, 0, 1] },
  { kind: "categorical", classes: ["a", "b", "c"] },
  { kind: "numeric", classes: [], target: true },
  { kind: "categorical", classes: ["no", "yes"], target: true },
];
const config = {
  model: "spin",
  embedding: 8,
  heads: 2,
  depth: 2,
  h: 3,
  f: 2,
  predictor: "nested",
  bins: 4,
  readout: "context",
} as const;

/** Rows whose last `hidden` have no labels. */
function cells(n: number, hidden: number) {
  const mask = Array.from({ length: n }, (_, i) => i < n - hidden ? [0, 0, 0, 0] : [0, 0, 1, 1]);
  const shown = tf.tensor2d(mask.map(([, , number]) => [1, 1 - number!]));
  const classes = tf.tensor2d(mask.map((_, i) => [i % 3, i % 2]), [n, 2], "int32");
  const labels = tf.tensor3d(mask.map((row) => [[1, 1, 1], [1 - row[3]!, 1 - row[3]!, 1 - row[3]!]]));
  return {
    values: tf.mul(tf.reshape(draws(2 * n, 7), [n, 2]), shown) as tf.Tensor2D,
    onehot: tf.mul(tf.cast(tf.oneHot(classes, 3), "float32"), labels) as tf.Tensor3D,
    mask: tf.tensor2d(mask),
  };
}

cpuTest(
  "A model that reads labels from its context keeps them beside H_D, and never shows a row its own",
  async () => {
    const model = createTableModel(config, columns, 1);
    const all = cells(20, 4);
    const { values, logits } = model.forward(all);
    assert.deepEqual([values.shape, logits.shape], [[20, 2], [20, 2, 3]]);
    // A row's own label changes what is predicted for the others, not for itself.
    const other = {
      ...all,
      values: tf.add(
        all.values,
        tf.tensor2d(Array.from({ length: 40 }, (_, i) => i === 1 ? 5 : 0), [20, 2]),
      ) as tf.Tensor2D,
    };
    const [before, after] = [await values.array(), await model.forward(other).values.array()];
    assert.ok(Math.abs(before[0]![1]! - after[0]![1]!) < 1e-4);
    assert.ok(Math.abs(before[1]![1]! - after[1]![1]!) > 1e-3);

    const kept = model.encode!(all);
    assert.deepEqual(kept.shape, [1, ...model.latents!]);
    const predicted = model.predict!(all, kept);
    const known = await predicted.values.array();
    for (const row of [16, 19]) assert.ok(Math.abs(known[row]![1]! - before[row]![1]!) < 1e-4);
    const [a, b] = [await predicted.logits.array(), await logits.array()];
    assert.ok(Math.abs(a[18]![1]![1]! - b[18]![1]![1]!) < 1e-4);
    model.dispose();
  },
);

cpuTest("An ensemble predicts the mean of its members", async () => {
  const members = [1, 2, 3].map((seed) => createTableModel(config, columns, seed));
  const model = ensembleOf(members);
  assert.equal(new Set(model.parameters.map(({ name }) => name)).size, 3 * members[0]!.parameters.length);
  const input = cells(10, 3);
  const each = await Promise.all(members.map((member) => member.forward(input).values.array()));
  const together = await model.forward(input).values.array();
  together.forEach((row, i) =>
    row.forEach((value, j) => {
      const mean = (each[0]![i]![j]! + each[1]![i]![j]! + each[2]![i]![j]!) / 3;
      assert.ok(Math.abs(value - mean) < 1e-5);
    })
  );
  const p = tf.softmax(model.forward(input).logits, 2);
  const probabilities = members.map((member) => tf.softmax(member.forward(input).logits, 2));
  const difference = tf.max(tf.abs(tf.sub(p, tf.div(tf.addN(probabilities), 3))));
  assert.ok((await difference.data())[0]! < 1e-5);
  model.dispose();
});
