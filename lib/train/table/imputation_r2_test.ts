import { deepEqual, ok, throws } from "node:assert/strict";
import type { EncodedTable } from "../../data/mod.ts";
import { imputationR2, imputedAlleles } from "./imputation_r2.ts";

/** A feature and two targets, words of two alleles. */
function words(): EncodedTable {
  const column = {
    kind: "categorical" as const,
    classes: ["none", "00", "01", "10", "11"],
    mean: 0,
    deviation: 1,
  };
  return {
    columns: [
      { ...column, name: "x0", target: false },
      { ...column, name: "y0", target: true },
      { ...column, name: "y1", target: true },
    ],
    rows: 3,
    values: new Float32Array(0),
    codes: Int32Array.of(1, 1, 1, 1, 2, 4, 1, 3, 1),
    missing: new Uint8Array(9),
  };
}

/** Logits that are sure of these words in all columns. */
const sure = (codes: number[]) => ({
  values: new Float32Array(0),
  logits: Float32Array.from(codes.flatMap((code) => [99, 0, 0, 0, 0].map((x, c) => (c === code ? 50 : x)))),
});

Deno.test("words are compared allele by allele, the features left out", () => {
  const rows = Int32Array.of(2, 1);
  const { predicted, truth, targets } = imputedAlleles(words(), rows, sure([4, 3, 1, 4, 2, 4]));
  deepEqual(Array.from(truth), [1, 0, 0, 0, 0, 1, 1, 1]);
  ok(Array.from(predicted).every((p, i) => Math.abs(p - truth[i]!) < 1e-9));
  deepEqual(targets, 4);
  ok(Math.abs(imputationR2(words(), rows, sure([4, 3, 1, 4, 2, 4])) - 1) < 1e-9);
  ok(imputationR2(words(), rows, sure([4, 1, 1, 4, 2, 4])) < 0.8);
});

Deno.test("targets that are no words of one length are named", () => {
  const table = words();
  table.columns[2] = { ...table.columns[2]!, classes: ["none", "0", "1"] };
  throws(
    () => imputedAlleles(table, Int32Array.of(0), sure([1, 1, 1])),
    /target "y1": expected words of 2 alleles/,
  );
  table.columns[1] = { ...table.columns[1]!, classes: ["a", "b", "c", "d"] };
  throws(
    () => imputedAlleles(table, Int32Array.of(0), sure([1, 1, 1])),
    /column "y0": expected 2\^K \+ 1 classes/,
  );
});
