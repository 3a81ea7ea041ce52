import assert from "node:assert/strict";
import { logTicks, tickFormatter } from "./axes.ts";

Deno.test("ticks of a logarithmic axis are round and enough", () => {
  assert.deepEqual(logTicks(0.8, 2e4), [1, 10, 100, 1000, 10000]);
  assert.deepEqual(logTicks(50, 9000), [100, 300, 1000, 3000]);
  assert.deepEqual(logTicks(0.9, 12), [1, 2, 5, 10].slice(0, 4));
  assert.deepEqual(logTicks(2 ** 19, 2 ** 33, "bytes"), [20, 24, 28, 32].map((power) => 2 ** power));
  assert.deepEqual(logTicks(60, 70000, "points"), [64, 256, 1024, 4096, 16384, 65536]);
  assert.deepEqual(logTicks(2.2, 2.4), [2.2, 2.4]);
});

Deno.test("ticks are written with their unit, all of an axis in one way", () => {
  assert.deepEqual([500, 2000].map(tickFormatter(2000)), ["500", "2000"]);
  assert.deepEqual([500, 2000, 12500].map(tickFormatter(20000)), ["500", "2k", "12.5k"]);
  assert.deepEqual([64, 65536].map(tickFormatter(65536, "points")), ["64", "65536"]);
  assert.deepEqual([0, 0.1 + 0.2, -1.5].map(tickFormatter(1)), ["0", "0.3", "-1.5"]);
  assert.deepEqual([2 ** 20, 2 ** 32, 1536].map(tickFormatter(1, "bytes")), ["1 MiB", "4 GiB", "1.5 KiB"]);
  assert.deepEqual([2, 0.003, 2e-5].map(tickFormatter(1, "seconds")), ["2 s", "3 ms", "20 µs"]);
});
