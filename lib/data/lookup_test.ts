import { deepEqual, equal, ok } from "node:assert/strict";
import { lookupTable } from "./lookup.ts";

const SIZES = { trained: 50, asked: 30, features: 3, noise: 0.01 };
const rowOf = ({ values }: { values: Float32Array }, row: number) => values.subarray(row * 4, row * 4 + 4);

Deno.test("each row that is asked for has its copy, with its label, in the context and nowhere else", () => {
  const { table, pairs, asked } = lookupTable(SIZES, 1);
  equal(table.rows, 160);
  const all = [...pairs[0], ...pairs[1], ...asked.train, ...asked.val].sort((a, b) => a - b);
  deepEqual(all, Array.from({ length: 160 }, (_, i) => i));
  const isNear = (a: number, b: number) =>
    rowOf(table, a).subarray(0, 3).every((x, j) => Math.abs(x - rowOf(table, b)[j]!) < 0.06);
  for (const row of asked.val) {
    const copies = [...asked.train].filter((other) => isNear(row, other));
    equal(copies.length, 1);
    equal(rowOf(table, copies[0]!)[3], rowOf(table, row)[3]);
    ok(![...pairs[0], ...pairs[1]].some((other) => rowOf(table, other)[3] === rowOf(table, row)[3]));
  }
});

Deno.test("features and labels have deviation 1 and follow from the seed", () => {
  const { table } = lookupTable({ ...SIZES, trained: 500 }, 2);
  const square = table.values.reduce((sum, value) => sum + value ** 2, 0) / table.values.length;
  ok(Math.abs(square - 1) < 0.1, String(square));
  deepEqual(lookupTable({ ...SIZES, trained: 500 }, 2).table.values, table.values);
});
