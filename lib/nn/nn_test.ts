import * as tf from "@tensorflow/tfjs-core";
import { deepEqual, equal, notDeepEqual, ok, throws } from "node:assert/strict";
import { createRng, useEngine } from "../engine/mod.ts";
import { dropout, gelu, latentBound, layerNorm, linear, standardNormal, symmetric } from "./layers.ts";
import { DEFAULT_ATTENTION, mab } from "./mab.ts";
import { createInit } from "./parameters.ts";

function close(found: ArrayLike<number>, expected: ArrayLike<number>, tolerance: number): void {
  equal(found.length, expected.length);
  for (let i = 0; i < expected.length; i++) {
    ok(
      Math.abs(found[i]! - expected[i]!) <= tolerance,
      `element ${i}: expected ${expected[i]}, found ${found[i]}`,
    );
  }
}

Deno.test("gelu is the exact one, and so is its slope", async () => {
  await useEngine("cpu");
  const x = tf.tensor1d([-3, -1, -0.5, 0, 0.5, 1, 3]);
  close(
    gelu(x).dataSync(),
    [-0.00404951, -0.15865525, -0.15426877, 0, 0.34573123, 0.84134475, 2.99595049],
    1e-6,
  );
  const slopes = tf.grad((v) => tf.sum(gelu(v)))(x).dataSync();
  close(slopes, [-0.01194558, -0.08331547, 0.13250488, 0.5, 0.86749512, 1.08331547, 1.01194558], 1e-6);
});

Deno.test("layer normalisation has the gradient of its definition", async () => {
  await useEngine("cpu");
  const x = tf.tensor2d([[0.3, -1.2, 2.5, 0.9], [4, 4.1, 3.7, 4.4]]);
  const weights = tf.tensor2d([[1, -2, 0.5, 3], [0.2, 0.1, -1, 2]]);
  const init = createInit(0);
  const norm = layerNorm(init, "norm", 4, 1e-5);
  init.parameters[0]!.variable.assign(tf.tensor1d([1.5, 0.5, -1, 2]));
  const plain = (v: tf.Tensor) => {
    const { mean, variance } = tf.moments(v, -1, true);
    const standard = tf.div(tf.sub(v, mean), tf.sqrt(tf.add(variance, 1e-5)));
    return tf.add(tf.mul(standard, init.parameters[0]!.variable), init.parameters[1]!.variable);
  };
  close(norm(x).dataSync(), plain(x).dataSync(), 1e-5);
  const gradientOf = (f: (v: tf.Tensor) => tf.Tensor) =>
    tf.grad((v) => tf.sum(tf.mul(f(v), weights)))(x).dataSync();
  close(gradientOf(norm), gradientOf(plain), 1e-4);
  init.parameters.forEach((p) => p.dispose());
});

Deno.test("a constant row comes out of layer normalisation as its bias, with a finite gradient", async () => {
  await useEngine("cpu");
  const init = createInit(0);
  const norm = layerNorm(init, "norm", 3, 1e-12);
  const x = tf.tensor2d([[0.5, 0.5, 0.5]]);
  deepEqual([...norm(x).dataSync()], [0, 0, 0]);
  ok([...tf.grad((v) => tf.sum(norm(v)))(x).dataSync()].every(Number.isFinite));
  init.parameters.forEach((p) => p.dispose());
});

Deno.test("dropout keeps the mean, drops the given share, and does nothing without random numbers", async () => {
  await useEngine("cpu");
  const x = tf.ones([100, 100]);
  equal(dropout(x, 0.3, undefined), x);
  const kept = dropout(x, 0.3, createRng(tf.tensor1d([1, 2], "int32")));
  const zeros = kept.dataSync().filter((value) => value === 0).length / 10_000;
  ok(Math.abs(zeros - 0.3) < 0.02, `share ${zeros}`);
  ok(Math.abs(tf.mean(kept).dataSync()[0]! - 1) < 0.03);
});

Deno.test("initial values have the distributions of PyTorch's defaults", () => {
  const draw = {
    uniform: (n: number, stream = 0) =>
      Float32Array.from({ length: n }, (_, i) => ((i * 7 + stream * 3) % n) / n),
  };
  equal(latentBound(10, 640).toFixed(7), "0.0291937");
  const uniform = symmetric(draw, 1000, 0.5);
  ok(Math.min(...uniform) === -0.5 && Math.max(...uniform) < 0.5 && Math.max(...uniform) > 0.49);
  const init = createInit(3);
  const normal = init.create({ name: "table", shape: [4000], fill: standardNormal(4000) }).variable;
  const { mean, variance } = tf.moments(normal);
  ok(Math.abs(mean.dataSync()[0]!) < 0.05 && Math.abs(variance.dataSync()[0]! - 1) < 0.08);
  init.parameters[0]!.dispose();
});

Deno.test("a parameter's values depend on the seed and its name, not on what is declared before it", async () => {
  await useEngine("cpu");
  const values = (seed: number, before: boolean) => {
    const init = createInit(seed);
    if (before) linear(init, "other", 2, 2);
    linear(init, "layer", 3, 4);
    const { variable } = init.parameters.find((p) => p.name === "layer.weight")!;
    const data = [...variable.dataSync()];
    init.parameters.forEach((p) => p.dispose());
    return data;
  };
  deepEqual(values(1, false), values(1, true));
  notDeepEqual(values(1, false), values(2, false));
  throws(() => {
    const init = createInit(0);
    linear(init, "layer", 2, 2);
    linear(init, "layer", 2, 2);
  }, /Two parameters are named layer.weight/);
});

Deno.test("disposing of parameters frees their memory", async () => {
  await useEngine("cpu");
  const before = tf.memory().numTensors;
  const init = createInit(0);
  mab(init, "mab", { dimQ: 4, dimKV: 4, dimEmb: 4, dimOut: 4 }, { ...DEFAULT_ATTENTION, heads: 2 });
  init.parameters.forEach((p) => p.variable);
  equal(tf.memory().numTensors, before + init.parameters.length);
  init.parameters.forEach((p) => p.dispose());
  equal(tf.memory().numTensors, before);
});

Deno.test("a layer refuses a tensor of another width, saying what it expected and found", async () => {
  await useEngine("cpu");
  const init = createInit(0);
  const block = mab(init, "mab", { dimQ: 4, dimKV: 6, dimEmb: 4, dimOut: 4 }, {
    ...DEFAULT_ATTENTION,
    heads: 2,
  });
  throws(
    () => block(tf.zeros([1, 3, 4]), tf.zeros([1, 3, 5])),
    /mab keys: expected shape \[1, any, 6\], found \[1, 3, 5\]/,
  );
  throws(
    () => linear(init, "layer", 3, 2)(tf.zeros([5, 4])),
    /layer.weight: expected shape \[5, 3\], found \[5, 4\]/,
  );
  init.parameters.forEach((p) => p.dispose());
});

Deno.test("a block refuses options that do not fit its widths", () => {
  const build = (options: object) =>
    mab(createInit(0), "mab", { dimQ: 4, dimKV: 6, dimEmb: 4, dimOut: 6 }, {
      ...DEFAULT_ATTENTION,
      ...options,
    });
  throws(() => build({ heads: 3 }), /expected heads to divide the width 4, found 3/);
  throws(() => build({ heads: 2, mixHeads: false }), /to be equal without a mixing layer/);
});
