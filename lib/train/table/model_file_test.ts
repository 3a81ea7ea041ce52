import assert from "node:assert/strict";
import type * as tf from "@tensorflow/tfjs-core";
import { join } from "node:path";
import { type EncodedTable, readSafetensors, writeSafetensors } from "../../data/mod.ts";
import { useEngine } from "../../engine/mod.ts";
import { UserError } from "../../errors.ts";
import { type BuildTableModel, createTableModel, type TableModelConfig } from "../../models/table/mod.ts";
import { fit } from "./fit.ts";
import { readModelFile, saveModel } from "./model_file.ts";
import type { Recipe } from "./recipe.ts";

const numeric = (name: string, target = false) =>
  ({ name, kind: "numeric", target, classes: [], mean: 2, deviation: 3 }) as const;
const columns: EncodedTable["columns"] = [
  { ...numeric("size"), classes: [] },
  { name: "kind", kind: "categorical", target: false, classes: ["a", "b", "c"], mean: 0, deviation: 1 },
  { ...numeric("price", true), classes: [] },
];
const n = 12;
const table: EncodedTable = {
  columns,
  rows: n,
  values: Float32Array.from({ length: 2 * n }, (_, i) => Math.sin(i)),
  codes: Int32Array.from({ length: n }, (_, i) => i % 3),
  missing: Uint8Array.from({ length: 3 * n }, (_, i) => i === 7 ? 1 : 0),
};
const fold = {
  train: Int32Array.of(0, 1, 2, 3, 4, 5, 6, 7),
  val: Int32Array.of(8, 9),
  test: Int32Array.of(10, 11),
};

function train(model: Partial<TableModelConfig>, more: Partial<Recipe> = {}) {
  return fit(table, fold, {
    model: { embedding: 4, heads: 2, depth: 2, h: 2, f: 2, predictor: "nested", ...model },
    steps: 2,
    evaluateEvery: 1,
    labelMask: 0.5,
    ...more,
  });
}

/** Runs `work` with the path of a saved SPIN model. */
async function withSaved(work: (path: string, folder: string) => Promise<void>) {
  await useEngine("cpu");
  const folder = await Deno.makeTempDir();
  try {
    const fitted = await train({ model: "spin" });
    const path = join(folder, "model.safetensors");
    await saveModel(path, { ...fitted, columns, metrics: { rmse: 1.5, auroc: null } });
    fitted.dispose();
    await work(path, folder);
  } finally {
    await Deno.remove(folder, { recursive: true });
  }
}

const refuses = (path: string, expected: RegExp, build?: BuildTableModel) =>
  assert.rejects(readModelFile(path, { build }), (error) => {
    assert.ok(error instanceof UserError, String(error));
    assert.ok(error.message.startsWith(path), error.message);
    assert.match(error.message, expected);
    return true;
  });

const kinds: [Partial<TableModelConfig>, Partial<Recipe>][] = [
  [{ model: "spin" }, {}],
  [{ model: "spin", predictor: "flat" }, { inference: "recompute" }],
  [{ model: "npt" }, {}],
  [{ model: "set-transformer" }, { labelMask: 1 }],
];
for (const [model, recipe] of kinds) {
  Deno.test(`A saved ${JSON.stringify({ ...model, ...recipe })} predicts the same bits without its training rows`, async () => {
    await useEngine("cpu");
    const path = await Deno.makeTempFile({ suffix: ".safetensors" });
    const fitted = await train(model, recipe);
    try {
      const expected = await fitted.predictor.predict(table, fold.test);
      await saveModel(path, { ...fitted, columns, metrics: { rmse: 1.5, auroc: null } });
      const loaded = await readModelFile(path);
      assert.deepEqual(await loaded.predictor.predict(table, fold.test), expected);
      assert.deepEqual(loaded.columns, columns);
      assert.deepEqual(loaded.metrics, { rmse: 1.5, auroc: null });
      assert.equal(loaded.origin.engine.engine, "cpu");
      loaded.predictor.dispose();
      loaded.model.dispose();
    } finally {
      fitted.dispose();
      await Deno.remove(path);
    }
  });
}

Deno.test("Saving the same training twice gives the same bytes, and a loaded model can be saved again", () =>
  withSaved(async (path, folder) => {
    const again = await train({ model: "spin" });
    const second = join(folder, "second.safetensors");
    await saveModel(second, { ...again, columns, metrics: { rmse: 1.5, auroc: null } });
    const bytes = await Deno.readFile(path);
    assert.deepEqual(await Deno.readFile(second), bytes);
    await saveModel(second, await readModelFile(path));
    assert.deepEqual(await Deno.readFile(second), bytes);
  }));

Deno.test("A model of one's own comes back with the function that made it, and with no other", () =>
  withSaved(async (_, folder) => {
    const core = () => ({ forward: (x: tf.Tensor3D) => x, rowsAlone: true });
    const build: BuildTableModel = (columns, seed) =>
      createTableModel({ embedding: 4, heads: 2, f: 2 }, columns, seed, core);
    const other: BuildTableModel = (columns, seed) =>
      createTableModel({ embedding: 4, heads: 2, f: 2 }, columns, seed + 0, core);
    const fitted = await fit(table, fold, { steps: 1 }, { build });
    const path = join(folder, "own.safetensors");
    await saveModel(path, { ...fitted, columns, metrics: {} });
    await refuses(path, /made by a `build` of one's own, .*; give it as the option `build`/);
    await refuses(path, /digest \w{16}; the one given, "other", has \w{16}/, other);
    const loaded = await readModelFile(path, { build });
    assert.deepEqual(
      await loaded.predictor.predict(table, fold.test),
      await fitted.predictor.predict(table, fold.test),
    );
    const again = join(folder, "again.safetensors");
    await saveModel(again, loaded);
    assert.deepEqual(await Deno.readFile(again), await Deno.readFile(path));
  }));

Deno.test("A damaged model file is refused, wherever the damage is", () =>
  withSaved(async (path) => {
    const bytes = await Deno.readFile(path);
    await Deno.writeFile(path, bytes.slice(0, -5));
    await refuses(path, /expected|truncated|bytes/);
    await Deno.writeFile(path, bytes.slice(0, 4));
    await refuses(path, /only 4 bytes/);
    const flipped = bytes.slice();
    flipped[flipped.length - 9]! ^= 1;
    await Deno.writeFile(path, flipped);
    await refuses(path, /checksum/);
    const text = new TextDecoder("latin1").decode(bytes);
    const edited = bytes.slice();
    edited[text.indexOf("price")] = "P".charCodeAt(0);
    await Deno.writeFile(path, edited);
    await refuses(path, /checksum/);
    await Deno.remove(path);
    await refuses(path, /no such/);
  }));

Deno.test("A file of another kind or version is refused with what it is", () =>
  withSaved(async (path) => {
    const { tensors, metadata } = await readSafetensors(path);
    await writeSafetensors(path, tensors, { ...metadata, version: "2" });
    await refuses(path, /version 1, found version 2/);
    await writeSafetensors(path, tensors, { ...metadata, kind: "spin training state" });
    await refuses(path, /found a spin training state/);
    await writeSafetensors(path, tensors);
    await refuses(path, /another origin/);
    await Deno.writeTextFile(path, "a,b\n1,2\n".repeat(10));
    await refuses(path, /truncated or of another kind/);
  }));
