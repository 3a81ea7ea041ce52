import { deepEqual, equal, notDeepEqual, ok, throws } from "node:assert/strict";
import { checkPoints, functionBatch } from "./functions.ts";

const task = (name: string, n: number, from: number) => ({
  name,
  n,
  x: Float32Array.from({ length: 2 * n }, (_, i) => from + i),
  y: Float32Array.from({ length: n }, (_, i) => -(from + 2 * i)),
});
const SET = {
  source: "f.csv",
  dimX: 2,
  dimY: 1,
  tasks: [task("a", 6, 0), task("b", 5, 100), task("c", 9, 200)],
};

Deno.test("points of a task are distinct, whole and in a random order that follows from the key", () => {
  const { x, y } = functionBatch(SET, [2, 0, 2], { context: 2, target: 4 }, [1, 2]);
  deepEqual([x.length, y.length], [36, 18]);
  for (const [item, index] of [2, 0, 2].entries()) {
    const ys = y.subarray(item * 6, item * 6 + 6);
    equal(new Set(ys).size, 6);
    ys.forEach((value, i) => {
      const at = SET.tasks[index]!.y.indexOf(value);
      ok(at >= 0);
      const row = x.subarray((item * 6 + i) * 2, (item * 6 + i) * 2 + 2);
      deepEqual(row, SET.tasks[index]!.x.subarray(2 * at, 2 * at + 2));
    });
  }
  notDeepEqual(y.subarray(0, 6), y.subarray(12, 18));
  deepEqual(functionBatch(SET, [2, 0, 2], { context: 2, target: 4 }, [1, 2]).y, y);
  notDeepEqual(functionBatch(SET, [2, 0, 2], { context: 2, target: 4 }, [1, 3]).y, y);
});

Deno.test("every point comes to every place equally often", () => {
  const counts = Array.from({ length: 3 }, () => new Map<number, number>());
  for (let step = 0; step < 3000; step++) {
    const { y } = functionBatch(SET, [1], { context: 1, target: 2 }, [7, step]);
    y.forEach((value, place) => counts[place]!.set(value, (counts[place]!.get(value) ?? 0) + 1));
  }
  // 600 expected; five deviations of a binomial are 110.
  for (const place of counts) {
    equal(place.size, 5);
    for (const count of place.values()) ok(Math.abs(count - 600) < 110, String(count));
  }
});

Deno.test("the smallest task bounds the counts", () => {
  checkPoints(SET, [0, 1, 2], { context: 2, target: 3 });
  checkPoints(SET, [2], { context: 2, target: 7 });
  throws(
    () => functionBatch(SET, [0, 1, 2], { context: 4, target: 2 }, [0, 0]),
    /^UserError: f\.csv: 4 points of context and 2 of target were asked for, but task "b" has 5 points$/,
  );
  throws(
    () => checkPoints(SET, [0], { context: 0, target: 1 }),
    /context counts: expected two whole numbers/,
  );
  throws(() => checkPoints(SET, [3], { context: 1, target: 1 }), /task 3 of 3/);
  throws(() => checkPoints(SET, [], { context: 1, target: 1 }), /expected tasks for a batch, found none/);
});
