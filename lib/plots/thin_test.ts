import assert from "node:assert/strict";
import { downsample } from "./predictive_bands.ts";

Deno.test("a downsampled line keeps its spikes, its order and its ends", () => {
  const rows = Array.from({ length: 4000 }, (_, x) => ({ x, low: -1, high: x === 1234 ? 9 : 1 }));
  rows[2345]!.low = -9;
  const kept = downsample(rows, 100);
  assert.ok(kept.length <= 300, String(kept.length));
  assert.equal(kept[0], rows[0]);
  assert.ok(kept.includes(rows[1234]!) && kept.includes(rows[2345]!));
  assert.ok(kept.every(({ x }, i) => i === 0 || x > kept[i - 1]!.x));
});

Deno.test("few rows stay as they are", () => {
  const rows = [{ x: 1, low: 0, high: 0 }, { x: 1, low: 2, high: 2 }];
  assert.deepEqual(downsample(rows, 1), rows);
  assert.deepEqual(downsample([], 3), []);
});
