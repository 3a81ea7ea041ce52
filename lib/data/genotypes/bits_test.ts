import assert from "node:assert/strict";
import { bitMatrix, getBit, rowCounts } from "./genotypes.ts";
import { setBit } from "./support_test.ts";

Deno.test("bits are kept row by row, whatever the number of columns", () => {
  const bits = bitMatrix(3, 11);
  for (const [row, column] of [[0, 0], [0, 10], [1, 7], [1, 8], [2, 3]] as const) setBit(bits, row, column);
  assert.equal(getBit(bits, 0, 10), 1);
  assert.equal(getBit(bits, 0, 9), 0);
  assert.deepEqual([...rowCounts(bits)], [2, 2, 1]);
});
