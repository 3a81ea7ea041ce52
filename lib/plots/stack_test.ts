import assert from "node:assert/strict";
import { heightsOf } from "./stack.ts";

Deno.test("above the highest rule there is room for its words", () => {
  assert.deepEqual(heightsOf([], [1, 2]), []);
  assert.deepEqual(heightsOf([{ y: 10, label: "a" }], [0, 5]), [10, 10.6]);
  const [rule, room] = heightsOf([{ y: 100, label: "a" }], [1], true);
  assert.equal(rule, 100);
  assert.ok(Math.abs(room! - 100 * 100 ** 0.06) < 1e-9);
});
