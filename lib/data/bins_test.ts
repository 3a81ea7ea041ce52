import assert from "node:assert/strict";
import { withBins } from "./bins.ts";

const numeric = (name: string) => ({
  name,
  kind: "numeric" as const,
  target: false,
  classes: [],
  mean: 0,
  deviation: 1,
});

Deno.test("Bins hold equally many of the given rows, and fewer values give fewer bins", () => {
  const rows = 9;
  const values = Float32Array.from({ length: 2 * rows }, (_, i) => i % 2 === 0 ? (i / 2) ** 2 : (i >> 1) % 3);
  const table = {
    columns: [
      numeric("squares"),
      { ...numeric("class"), kind: "categorical" as const, classes: ["a"] },
      numeric("few"),
    ],
    rows,
    values,
    codes: new Int32Array(rows),
    missing: new Uint8Array(3 * rows),
  };
  table.missing[3 * 8] = 1;
  const all = Int32Array.from({ length: rows }, (_, i) => i);
  const [squares, , few] = withBins(table, all, 3).columns;
  // The missing 64 does not count: 0, 1, 4, ... 49.
  assert.deepEqual(squares!.edges, [0, 4, 25, 49]);
  assert.deepEqual(few!.edges, [0, 1, 2]);
  assert.deepEqual(withBins(table, all.subarray(0, 3), 8).columns[0]!.edges, [0, 1, 4]);
  assert.equal(Object.hasOwn(table.columns[0]!, "edges"), false);
});
