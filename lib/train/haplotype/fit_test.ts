import assert from "node:assert/strict";
import * as tf from "@tensorflow/tfjs-core";
import { useEngine } from "../../engine/mod.ts";
import { UserError } from "../../errors.ts";
import { fitWindow, type HaplotypeRecipe, type HaplotypeWindow } from "./fit.ts";
import { createHaplotypeSpin } from "../../models/haplotype/model.ts";

/** A small recipe for tests. */
const SMALL_RECIPE: HaplotypeRecipe = {
  model: { word: 5, embedding: 4, f: 2, h: 3, depth: 2, heads: 2, dropout: 0 },
  steps: 60,
  batch: 32,
  learningRate: 1e-2,
  warmup: 0.1,
  weightDecay: 0,
  rate: 1,
  noise: 0,
  seed: 1,
};

/**
 * A window in which target t is the allele of site 2t: sites at even places, targets behind some of them.
 *
 * @param rows haplotypes of the panel, drawn from few founders
 */
function copiedWindow(rows: number): HaplotypeWindow {
  const sites = 20;
  const founders = 6;
  const places: { site: number; target: boolean }[] = [];
  for (let site = 0; site < sites; site++) {
    places.push({ site, target: false });
    if (site % 2 === 0) places.push({ site, target: true });
  }
  const allele = (row: number, site: number) =>
    ((row % founders) * 7 + site * site * 3 + site) % 5 < 2 ? 1 : 0;
  const panel = Uint8Array.from(
    { length: rows * places.length },
    (_, i) => allele(Math.floor(i / places.length), places[i % places.length]!.site),
  );
  const at = (target: boolean) =>
    Int32Array.from([...places.keys()].filter((place) => places[place]!.target === target));
  return { panel, centimorgans: places.map((_, i) => i * 0.01), sites: at(false), targets: at(true) };
}

/** A test on the engine that is used where none is named. */
function engineTest(name: string, test: () => void | Promise<void>): void {
  Deno.test(name, async () => {
    await useEngine();
    await test();
  });
}

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

engineTest("a window learns its targets, keeps H_D, and gives the same bits for the same seed", async () => {
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

engineTest("a stopped window goes on from its state to the same bits", async () => {
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

engineTest("a diverged training is told with its step", async () => {
  await assert.rejects(
    () => fitWindow(window, { ...SMALL_RECIPE, learningRate: 1e30 }),
    (e) => e instanceof UserError && /loss is .* at step \d+ of 60/.test(e.message),
  );
});

engineTest("predictions from a kept H_D are those of the rows together with the panel's latents", () => {
  const config = { ...SMALL_RECIPE.model, sites: 20, targets: 3 };
  const model = createHaplotypeSpin(config, 5);
  const rows = tf.tensor2d(Float32Array.from(known), [24, 20]);
  const together = model.forward(rows).arraySync();
  const kept = model.predict(rows, model.encode(rows)).arraySync();
  together.forEach((row, i) => row.forEach((x, j) => assert.ok(Math.abs(x - kept[i]![j]!) < 1e-5)));
  model.dispose();
});

engineTest("sites that words do not divide, and too many latent attributes, are told", () => {
  const config = { ...SMALL_RECIPE.model, sites: 20, targets: 3 };
  assert.throws(
    () => createHaplotypeSpin({ ...config, sites: 21 }, 0),
    /multiple of the word length 5, found 21/,
  );
  assert.throws(() => createHaplotypeSpin({ ...config, f: 5 }, 0), /at most the 4 words/);
});
