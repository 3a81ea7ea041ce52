import { deepEqual, notDeepEqual, ok } from "node:assert/strict";
import { threefryUniform } from "@spin/xla/threefry";
import * as tf from "@tensorflow/tfjs-core";
import { createRng, jit, useEngine } from "./mod.ts";
import { noPlugin, xlaTest } from "./support_test.ts";

const SHAPES = [[], [1], [7], [2, 5], [0], [3, 0], [2, 2, 2]];
const KEYS = [[0, 0], [1, 2], [-1, -2147483648], [2147483647, 12345]];

/** All draws of all keys, as bits. */
function draws(of: typeof jit): number[][] {
  const draw = of((key: tf.Tensor) => {
    const rng = createRng(key);
    return SHAPES.map((shape) => rng.uniform(shape));
  });
  return KEYS.flatMap((key) => draw(tf.tensor1d(key, "int32")).map((x) => Array.from(x.dataSync())));
}

const plainly = ((fn: unknown) => fn) as typeof jit;

xlaTest("all engines draw the same bits, compiled or not, and the same ones again", async () => {
  const compiled = draws(jit);
  deepEqual(draws(jit), compiled);
  deepEqual(draws(plainly), compiled);
  await useEngine("cpu");
  deepEqual(draws(plainly), compiled);
  await useEngine("wasm");
  deepEqual(draws(plainly), compiled);
});

xlaTest("a compiled step with another key draws other numbers", () => {
  const draw = jit((key: tf.Tensor) => createRng(key).normal([4]));
  const of = (key: number[]) => Array.from(draw(tf.tensor1d(key, "int32")).dataSync());
  notDeepEqual(of([1, 1]), of([1, 2]));
  notDeepEqual(of([1, 1]), of([2, 1]));
  deepEqual(of([1, 1]), of([1, 1]));
});

Deno.test("Threefry gives the words of its authors' known answers for 13 rounds", () => {
  // kat_vectors of Random123: counter and key all zero. Numbers keep the upper 24 bits of a word.
  const words = Array.from(threefryUniform(0, 0, 0, 2), (x) => x * 2 ** 24);
  deepEqual(words, [0x9d1c5e, 0x8bd507]);
});

Deno.test({
  name: "draws are uniform in [0, 1) and normal numbers standard normal",
  ignore: noPlugin,
  fn: async () => {
    await useEngine("xla");
    const rng = createRng(tf.tensor1d([3, 4], "int32"));
    const n = 20000;
    const [u, z, other] = [rng.uniform([n]), rng.normal([n]), rng.normal([n])].map((x) => x.dataSync());
    const mean = (f: (i: number) => number) => {
      let sum = 0;
      for (let i = 0; i < n; i++) sum += f(i);
      return sum / n;
    };
    ok(u!.every((x) => x >= 0 && x < 1));
    ok(Math.abs(mean((i) => u![i]!) - 0.5) < 0.01);
    ok(Math.abs(mean((i) => z![i]!)) < 0.03);
    ok(Math.abs(mean((i) => z![i]! ** 2) - 1) < 0.05);
    ok(Math.abs(mean((i) => z![i]! * other![i]!)) < 0.03, "two draws are independent");
    ok(z!.every(Number.isFinite));
  },
});
