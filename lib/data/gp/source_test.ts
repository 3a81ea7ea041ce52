import * as tf from "@tensorflow/tfjs-core";
import { deepEqual, equal, notDeepEqual, ok, throws } from "node:assert/strict";
import { xlaTest } from "../../engine/support_test.ts";
import { gpSource } from "./sampler.ts";

const ranges = { context: [3, 5], target: [1, 4] } as const;

xlaTest("tasks are the same for the same key, and have the points that are asked for", () => {
  const source = gpSource({ kernel: "rbf", batch: 2, ...ranges });
  const values = (key: [number, number], size: number) => {
    const { x, y } = source.make(key, { context: 3, target: 2 }, size);
    ok(x.shape[0] === 2 && x.shape[1] >= size && x.shape.join() === y.shape.join());
    const found = [...x.dataSync(), ...y.dataSync()];
    tf.dispose([x, y]);
    return found;
  };
  deepEqual(values([1, 2], 5), values([1, 2], 5));
  notDeepEqual(values([1, 2], 5), values([1, -3], 5));
  // A layout that needs more than the ranges' sum is served, too.
  ok(values([1, 2], 12).length >= 48);
  source.dispose();
});

xlaTest("batches that are sampled several at once are those that are sampled one by one", () => {
  for (const kernel of ["rbf", "periodic"] as const) {
    const single = gpSource({ kernel, batch: 2, ahead: 1, ...ranges });
    const several = gpSource({ kernel, batch: 2, ahead: 4, ...ranges });
    const before = tf.memory().numTensors;
    const values = (source: typeof single, number: number) => {
      const { x, y } = source.make([7, number], { context: 3, target: 2 }, 5);
      const found = [[...x.dataSync()], [...y.dataSync()]];
      tf.dispose([x, y]);
      return found;
    };
    const first = values(several, 5);
    // Out of order, across blocks, and numbers of evaluation below 0.
    for (const number of [5, 4, 7, 8, -1, -5]) {
      const [theirs, ours] = [values(single, number), values(several, number)];
      deepEqual(ours[0], theirs[0]);
      ours[1]!.forEach((y, i) => ok(Math.abs(y - theirs[1]![i]!) < 1e-5));
    }
    deepEqual(values(several, 5), first);
    single.dispose();
    several.dispose();
    equal(tf.memory().numTensors, before);
  }
});

Deno.test("ranges that are none are refused at once", () => {
  throws(() => gpSource({ kernel: "rbf", batch: 2, context: [0, 4], target: [1, 1] }), /at least 1/);
});
