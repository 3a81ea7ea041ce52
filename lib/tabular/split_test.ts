import assert from "node:assert/strict";
import { splitRows } from "./split.ts";

const upTo = (n: number) => Int32Array.from({ length: n }, (_, i) => i);

Deno.test("A stratum may have more rows than a call has arguments", () => {
  const { train, val } = splitRows(Int32Array.from({ length: 300_000 }, (_, row) => row), 0.2, 1);
  assert.deepEqual([train.length, val.length], [240_000, 60_000]);
});

Deno.test("A split puts every row into one part, and another seed divides otherwise", () => {
  const { train, val, test } = splitRows(upTo(100), 0.2, 1);
  assert.equal(val.length, 20);
  assert.equal(test.length, 0);
  assert.deepEqual([...train, ...val].sort((a, b) => a - b), [...upTo(100)]);
  assert.deepEqual(splitRows(upTo(100), 0.2, 1).val, val);
  assert.notDeepEqual(splitRows(upTo(100), 0.2, 2).val, val);
});

Deno.test("A split by class keeps the shares of the classes and leaves each of them in training", () => {
  const classes = Int32Array.from({ length: 101 }, (_, row) => row === 100 ? 2 : row < 50 ? 0 : 1);
  const { train, val } = splitRows(upTo(101), 0.2, 3, classes);
  const count = (rows: Int32Array, wanted: number) => rows.filter((row) => classes[row] === wanted).length;
  assert.deepEqual([0, 1, 2].map((c) => count(val, c)), [10, 10, 0]);
  assert.deepEqual([0, 1, 2].map((c) => count(train, c)), [40, 40, 1]);
});

Deno.test("A share of almost everything leaves a row for training", () => {
  assert.equal(splitRows(upTo(5), 0.99, 1).train.length, 1);
});

Deno.test("Only the given rows are divided", () => {
  const { train, val } = splitRows(Int32Array.of(3, 5, 9, 11), 0.5, 1);
  assert.deepEqual([...train, ...val].sort((a, b) => a - b), [3, 5, 9, 11]);
});
