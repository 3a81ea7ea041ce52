import { deepEqual, ok } from "node:assert/strict";
import { changesBetween, copyingSteps, SLOTS } from "./dosages.ts";

Deno.test("a site takes one step, or several if many targets follow", () => {
  const many = Array.from({ length: SLOTS + 1 }, (_, i) => 1 + i / (SLOTS + 1));
  const { site, fresh, first, weight } = copyingSteps([1, 2, 4], [0, ...many, 2, 3, 4, 9]);
  deepEqual([...site], [0, 0, 1, 2]);
  deepEqual([...fresh], [1, 0, 1, 1]);
  deepEqual([...first], [0, SLOTS, SLOTS + 2, SLOTS + 4, SLOTS + 6]);
  deepEqual([weight[0], weight[1], ...weight.slice(SLOTS + 2)], [0, 0, 0, 0.5, 0, 0]);
});

Deno.test("changes are certain over long ways, and none behind the last site", () => {
  const [short, long, last] = changesBetween([0, 0.001, 100], 10, 1000);
  ok(Math.abs(short! - (1 - Math.exp(-4 * 1000 * 1e-5 / 10))) < 1e-9);
  deepEqual([long, last], [1, 0]);
});
