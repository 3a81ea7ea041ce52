import assert from "node:assert/strict";
import * as tf from "@tensorflow/tfjs-core";
import type { EncodedTable } from "../../data/mod.ts";
import { useEngine } from "../../engine/mod.ts";
import { fit } from "./fit.ts";

Deno.test("From a large table a model that predicts from rows keeps a random part of the train rows", async () => {
  await useEngine("cpu");
  const rows = 3000;
  const numeric = { kind: "numeric", classes: [] as string[], mean: 0, deviation: 1 } as const;
  const table: EncodedTable = {
    columns: [{ ...numeric, name: "x", target: false }, { ...numeric, name: "y", target: true }],
    rows,
    values: Float32Array.from({ length: 2 * rows }, (_, i) => Math.floor(i / 2)),
    codes: new Int32Array(),
    missing: new Uint8Array(2 * rows),
  };
  const train = Int32Array.from({ length: rows - 100 }, (_, i) => i + 100);
  const fitted = await fit(table, { train, val: new Int32Array(), test: new Int32Array() }, {
    model: { model: "npt", embedding: 2, heads: 1, depth: 2 },
    steps: 1,
    batchSize: 8,
    transductive: false,
    learningRate: 1e-6,
  });
  const kept = fitted.predictor.kept();
  assert.ok(kept && !Array.isArray(kept));
  const first = [...await tf.slice(kept.values, [0, 0], [-1, 1]).data()];
  assert.equal(first.length, 2048);
  assert.equal(new Set(first).size, 2048);
  assert.ok(Math.min(...first) >= 100);
  fitted.dispose();
});
