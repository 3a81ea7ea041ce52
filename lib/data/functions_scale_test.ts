import { deepEqual, throws } from "node:assert/strict";
import { standardiser } from "./functions.ts";

const SET = {
  source: "f.csv",
  dimX: 2,
  dimY: 1,
  tasks: [
    { name: "a", n: 2, x: Float32Array.of(1, 7, 3, 7), y: Float32Array.of(0, 4) },
    { name: "b", n: 2, x: Float32Array.of(100, 9, 100, 9), y: Float32Array.of(100, 100) },
    { name: "c", n: 2, x: Float32Array.of(5, 7, 7, 7), y: Float32Array.of(4, 8) },
  ],
};

Deno.test("moments are those of the tasks to train on, all their points together", () => {
  const { x, y, apply } = standardiser(SET, [0, 2]);
  deepEqual(x, { mean: [4, 7], deviation: [Math.sqrt(5), 1] });
  deepEqual(y, { mean: [4], deviation: [Math.sqrt(8)] });
  const { tasks: [a, b], ...rest } = apply(SET);
  deepEqual(rest, { source: "f.csv", dimX: 2, dimY: 1 });
  deepEqual(a!.x, Float32Array.of(-3 / Math.sqrt(5), 0, -1 / Math.sqrt(5), 0));
  // The constant column of the others keeps its distance.
  deepEqual([b!.x[1], b!.name, b!.n], [2, "b", 2]);
});

Deno.test("tasks that are not there, or none, are refused", () => {
  throws(() => standardiser(SET, [3]), /task 3 of 3/);
  throws(() => standardiser(SET, []), /expected tasks to standardise by, found none/);
});
