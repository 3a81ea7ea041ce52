import { deepEqual, equal, ok, rejects } from "node:assert/strict";
import * as tf from "@tensorflow/tfjs-core";
import { backendTest, values, variable, xla } from "./support/backend.ts";
import { liveBuffers } from "../src/pjrt/buffer.ts";
import { compileAsync, destroyExecutable } from "../src/pjrt/executable.ts";
import { scan } from "../src/scan.ts";
import { emit } from "../src/stablehlo/emit.ts";
import { leaf, splat } from "../src/stablehlo/node.ts";
import { binary, type DotAxes, dotGeneral, unary } from "../src/stablehlo/ops.ts";
import { jit } from "../src/mod.ts";

/** A step that computes for about `length` times 0.5 ms. */
const long = (length: number) =>
  jit((x: tf.Tensor) => {
    const step = (
      c: tf.Tensor,
    ): [tf.Tensor, null] => [tf.tanh(tf.matMul(c as tf.Tensor2D, c as tf.Tensor2D)), null];
    return tf.sum(scan(step, x, null, { length })[0]);
  });

/** How often a timer fires while something is waited for. */
async function ticksDuring(work: () => Promise<unknown>): Promise<number> {
  let ticks = 0;
  const timer = setInterval(() => ticks++, 1);
  await work().finally(() => clearInterval(timer));
  return ticks;
}

/** Where nothing lets timers through, one may fire before and one after; so many don't, whatever the machine's speed. */
const SEVERAL = 5;

backendTest("timers fire while a program is compiled and while it runs", async () => {
  const step = long(xla().client.platform === "cpu" ? 500 : 10_000);
  const x = tf.ones([256, 256]);
  x.dataSync();
  await step.async(x).then((y) => y.dispose());
  const running = await ticksDuring(async () => values(await step.async(x)));
  ok(running >= SEVERAL, `${running} ticks while a program ran`);

  // A program that is slow to compile, and that no earlier process can have left.
  const { client } = xla();
  let y = leaf({ shape: [64, 64], element: "f32" }, {});
  const axes: DotAxes = { batch: [[], []], contract: [[1], [0]] };
  for (let i = 0; i < 100; i++) y = binary("add", unary("sine", dotGeneral(y, y, axes)), splat(i, y));
  const compiling = await ticksDuring(async () => destroyExecutable(await compileAsync(client, emit([y]))));
  ok(compiling >= SEVERAL, `${compiling} ticks while one was compiled`);
  x.dispose();
});

backendTest("steps that take no time let timers fire, too", async () => {
  const f = jit((x: tf.Tensor) => tf.add(x, 1));
  const x = tf.scalar(1);
  let fired = false;
  setTimeout(() => fired = true, 5);
  for (let calls = 0; !fired && calls < 100_000; calls++) (await f.async(x)).dispose();
  ok(fired);
  x.dispose();
});

backendTest("a stop request ends a loop within one step", async () => {
  const step = long(100);
  const x = tf.ones([256, 256]);
  values(await step.async(x));
  const stop = new AbortController();
  let [steps, after] = [0, 0];
  setTimeout(() => stop.abort(), 50);
  while (!stop.signal.aborted && steps < 10_000) {
    values(await step.async(x));
    steps++;
    if (stop.signal.aborted) after++;
  }
  ok(stop.signal.aborted && steps < 10_000);
  ok(after <= 1, `${after} steps after the request`);
  x.dispose();
});

backendTest("results, variables and donation are those of a plain call", async () => {
  const w = variable([1, 2]);
  const big = tf.tensor1d(Array.from({ length: 5000 }, (_, i) => i));
  let calls = 0;
  const step = jit((x: tf.Tensor) => {
    calls++;
    w.assign(tf.add(w, x) as tf.Tensor1D);
    return { w: tf.mul(w, 10), sum: tf.sum(big) };
  });
  const x = tf.tensor1d([1, 1]);
  // Both begin before the program is there.
  const [a, b] = await Promise.all([step.async(x), step.async(x)]);
  big.dispose();
  const sum = 5000 * 4999 / 2;
  deepEqual([values(a.w), values(a.sum), values(b.w), values(b.sum)], [[20, 30], [sum], [30, 40], [sum]]);
  deepEqual(values(step(x).w), [40, 50]);
  deepEqual(values(w), [4, 5]);
  equal(step.programs(), 1);
  ok(calls <= 2);
  step.dispose();
  tf.dispose([w, x]);
});

backendTest("variables made at first use, mistakes, and arguments that vanish meanwhile", async () => {
  let v: tf.Variable | undefined;
  const f = jit(function made(x: tf.Tensor) {
    v ??= tf.tidy(() => tf.variable(tf.tensor1d([1, 2])));
    return tf.add(v, x);
  });
  const x = tf.scalar(1);
  deepEqual(values(await f.async(x)), [2, 3]);
  v!.dispose();
  let u: tf.Variable | undefined;
  const computed = jit((x: tf.Tensor) => {
    u ??= tf.tidy(() => tf.variable(tf.mul(x, 3)));
    return tf.add(u, x);
  });
  deepEqual(values(await computed.async(x)), [4]);
  u!.dispose();
  await rejects(
    jit((x: tf.Tensor) => tf.matMul(x as never, x as never)).async(tf.zeros([2, 3])),
    /must match|dot_general/,
  );
  const gone = tf.tensor1d([1, 2, 3]);
  const promise = jit((x: tf.Tensor) => tf.mul(x, 17)).async(gone);
  gone.dispose();
  await rejects(promise, /tensor 1 of 1 among its arguments \(float32 \[3\]\) is disposed/);
});

backendTest("nothing is left behind by asynchronous calls", async () => {
  const f = jit((x: tf.Tensor) => tf.mul(x, 2));
  const x = tf.tensor1d([1]);
  values(await f.async(x));
  const [tensors, buffers] = [tf.memory().numTensors, liveBuffers()];
  for (let i = 0; i < 3; i++) values(await f.async(x));
  deepEqual([tf.memory().numTensors, liveBuffers()], [tensors, buffers]);
});
