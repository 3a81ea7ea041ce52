import { deepEqual, throws } from "node:assert/strict";
import { checkRanges, drawCounts } from "../task_source.ts";

const RANGES = { context: [4, 6], target: [1, 1] } as const;

Deno.test("counts are the same for the same key and take every value of their ranges", () => {
  deepEqual(drawCounts([3, 7], RANGES), drawCounts([3, 7], RANGES));
  const seen = new Set(Array.from({ length: 100 }, (_, batch) => drawCounts([0, batch], RANGES).context));
  deepEqual([...seen].sort(), [4, 5, 6]);
  deepEqual(drawCounts([0, 0], RANGES).target, 1);
});

Deno.test("ranges that hold no count are named", () => {
  const wrong = (context: [number, number]) => () => checkRanges({ context, target: [1, 2] });
  throws(wrong([0, 4]), /context counts: .*at least 1 and in order, found \[0, 4\]/);
  throws(wrong([5, 4]), /found \[5, 4\]/);
  throws(wrong([1.5, 4]), /found \[1.5, 4\]/);
});
