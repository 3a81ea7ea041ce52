import { equal, ok } from "node:assert/strict";
import type { EncodedTable, Fold } from "../../data/mod.ts";
import { useEngine } from "../../engine/mod.ts";
import { contextEffect } from "./context_effect.ts";
import { fit } from "./fit.ts";

const N = 120;

/** Two numeric columns, the second of them the target. */
function twoColumns(): EncodedTable {
  const column = { target: false, classes: [] as string[], mean: 0, deviation: 1, kind: "numeric" as const };
  const values = new Float32Array(2 * N);
  for (let row = 0; row < N; row++) values.set([Math.sin(row), Math.cos(3 * row)], 2 * row);
  return {
    columns: [{ ...column, name: "x" }, { ...column, name: "y", target: true }],
    rows: N,
    values,
    codes: new Int32Array(0),
    missing: new Uint8Array(2 * N),
  };
}

const range = (from: number, to: number) => Int32Array.from({ length: to - from }, (_, i) => from + i);
const FOLD: Fold = { train: range(0, 105), val: range(105, 112), test: range(112, N) };

Deno.test("an untrained model that reads rows answers otherwise without them; one that keeps nothing does not", async () => {
  await useEngine("cpu");
  const table = twoColumns();
  const before = table.values.slice();
  const effects = async (model: "npt" | "only-aba") => {
    const config = { model, embedding: 8, heads: 2, depth: 2, hiddenDropout: 0, attentionDropout: 0 };
    const fitted = await fit(table, FOLD, {
      model: config,
      steps: 2,
      evaluateEvery: 2,
      labelMask: 0.5,
      seed: 1,
    });
    const found = await contextEffect(fitted, table, FOLD);
    fitted.dispose();
    return found;
  };
  const reading = await effects("npt");
  equal(
    reading.map(({ change }) => change).join(),
    "as trained,labels permuted,rows permuted,100 rows,10 rows,1 row",
  );
  const [asTrained, ...changed] = reading.map(({ error }) => error);
  ok(changed.every((error) => error !== asTrained && Number.isFinite(error)), String(reading));
  const alone = (await effects("only-aba")).map(({ error }) => error);
  equal(new Set(alone).size, 1);
  ok(table.values.every((value, i) => value === before[i]));
});
