import assert from "node:assert/strict";
import * as tf from "@tensorflow/tfjs-core";
import { useEngine } from "../../engine/mod.ts";
import { UserError } from "../../errors.ts";
import { fitWindow } from "./fit.ts";
import { createHaplotypeSpin } from "../../models/haplotype/model.ts";
import { copiedWindow, SMALL_RECIPE } from "../../models/haplotype/testing.ts";

await useEngine();
const window = copiedWindow(24);
const places = window.sites.length + window.targets.length;
const columns = (at: Int32Array) =>
  Uint8Array.from(
    { length: 24 * at.length },
    (_, i) => window.panel[Math.floor(i / at.length) * places + at[i % at.length]!]!,
  );
const known = columns(window.sites);
const truth = columns(window.targets);
const error = (p: Float32Array) => p.reduce((sum, x, i) => sum + Math.abs(x - truth[i]!), 0) / p.length;

Deno.test("a window learns its targets, keeps H_D, and gives the same bits for the same seed", async () => {
  const before = tf.memory().numTensors;
  const first = await fitWindow(window, SMALL_RECIPE);
  const p = await first.predict(known);
  assert.ok(error(p) < 0.1, `error ${error(p)}`);
  assert.deepEqual(first.latents().shape, [1, 3, 8]);
  const part = await first.predict(known.subarray(0, 3 * window.sites.length));
  part.forEach((value, i) => assert.ok(Math.abs(value - p[i]!) < 1e-6));
  first.dispose();

  const again = await fitWindow(window, SMALL_RECIPE);
  assert.deepEqual(await again.predict(known), p);
  again.dispose();
  const other = await fitWindow(window, { ...SMALL_RECIPE, seed: 2 });
  assert.notDeepEqual(await other.predict(known), p);
  other.dispose();
  assert.ok(tf.memory().numTensors <= before + 3, "only constants of the programs stay");
});

Deno.test("a stopped window goes on from its state to the same bits", async () => {
  const folder = await Deno.makeTempDir();
  const checkpoint = `${folder}/window.safetensors`;
  const whole = await fitWindow(window, SMALL_RECIPE);
  const signal = new AbortController();
  const onStep = (at: number) => at === 20 && signal.abort();
  const stopped = await fitWindow(window, SMALL_RECIPE, { checkpoint, signal: signal.signal, onStep });
  assert.equal(stopped.stopped, true);
  const resumed = await fitWindow(window, SMALL_RECIPE, { checkpoint });
  assert.deepEqual(await resumed.predict(known), await whole.predict(known));
  for (const one of [whole, stopped, resumed]) one.dispose();
  await Deno.remove(folder, { recursive: true });
});

Deno.test("a diverged training is told with its step", async () => {
  await assert.rejects(
    () => fitWindow(window, { ...SMALL_RECIPE, learningRate: 1e30 }),
    (e) => e instanceof UserError && /loss is .* at step \d+ of 60/.test(e.message),
  );
});

Deno.test("predictions from a kept H_D are those of the rows together with the panel's latents", () => {
  const config = { ...SMALL_RECIPE.model, sites: 20, targets: 3 };
  const model = createHaplotypeSpin(config, 5);
  const rows = tf.tensor2d(Float32Array.from(known), [24, 20]);
  const together = model.forward(rows).arraySync();
  const kept = model.predict(rows, model.encode(rows)).arraySync();
  together.forEach((row, i) => row.forEach((x, j) => assert.ok(Math.abs(x - kept[i]![j]!) < 1e-5)));
  model.dispose();
});

Deno.test("sites that words do not divide, and too many latent attributes, are told", () => {
  const config = { ...SMALL_RECIPE.model, sites: 20, targets: 3 };
  assert.throws(
    () => createHaplotypeSpin({ ...config, sites: 21 }, 0),
    /multiple of the word length 5, found 21/,
  );
  assert.throws(() => createHaplotypeSpin({ ...config, f: 5 }, 0), /at most the 4 words/);
});
