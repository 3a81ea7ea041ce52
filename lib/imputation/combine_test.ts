import assert from "node:assert/strict";
import { combineLogits } from "./impute.ts";

Deno.test("logits are averaged, and certainty is bounded", () => {
  const a = Float32Array.of(0.2, 0.9, 1, 0.3);
  const b = Float32Array.of(0.8, 0.9, 0, 0.3);
  const [half, same, bounded] = combineLogits(a, b, 0.5);
  assert.ok(Math.abs(half! - 0.5) < 1e-6 && Math.abs(same! - 0.9) < 1e-6 && Math.abs(bounded! - 0.5) < 1e-6);
  const quarter = combineLogits(a, b, 0.25)[0]!;
  const expected = 1 / (1 + Math.exp(-(0.25 * Math.log(0.25) + 0.75 * Math.log(4))));
  assert.ok(Math.abs(quarter - expected) < 1e-6);
  assert.throws(() => combineLogits(a, new Float32Array(2), 0.5), RangeError);
});
