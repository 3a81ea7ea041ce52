import { deepEqual, notDeepEqual } from "node:assert/strict";
import { inPasses } from "./permutation.ts";

const sorted = (values: Iterable<number>) => [...values].sort((a, b) => a - b);

Deno.test("everything comes once in a pass, and batches go on from one pass to the next", () => {
  const at = inPasses(7, 3);
  const taken = Array.from({ length: 7 }, (_, number) => [...at([4, number])]).flat();
  for (const pass of [0, 7, 14]) {
    deepEqual(sorted(taken.slice(pass, pass + 7)), [0, 1, 2, 3, 4, 5, 6]);
  }
  notDeepEqual(taken.slice(0, 7), taken.slice(7, 14));
});

Deno.test("a batch follows from its key, whatever was asked for before; negative numbers are batches too", () => {
  const [at, fresh] = [inPasses(50, 20), inPasses(50, 20)];
  for (const number of [9, -1, 3, -40]) at([1, number]);
  for (const number of [3, -40, 9]) deepEqual(at([1, number]), fresh([1, number]));
  notDeepEqual(at([1, 3]), at([2, 3]));
  const twoPasses = [-5, -4, -3, -2, -1].flatMap((number) => [...at([1, number])]);
  deepEqual(sorted(twoPasses), Array.from({ length: 100 }, (_, i) => i >> 1));
});

Deno.test("a batch of more than there are has some more than once", () => {
  deepEqual(sorted(inPasses(2, 6)([0, 0])), [0, 0, 0, 1, 1, 1]);
});
