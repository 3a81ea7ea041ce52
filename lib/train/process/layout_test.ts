import { deepEqual, equal } from "node:assert/strict";
import * as tf from "@tensorflow/tfjs-core";
import type { TaskSource } from "../../data/task_source.ts";
import { useEngine } from "../../engine/mod.ts";
import { arrange, largestLayout, pointsOf, sizesOf, taskLayout } from "./layout.ts";

const source = (ranges: TaskSource["ranges"], all?: number): TaskSource => ({
  name: "",
  batch: 1,
  ranges,
  all,
  make: () => {
    throw new Error("not made here");
  },
  dispose: () => {},
});

const PARTS = { context: 2, target: 1 };

Deno.test("ranges are cut into equal parts, whose ends are the sizes", () => {
  deepEqual(sizesOf([64, 128], 4), [80, 96, 112, 128]);
  deepEqual(sizesOf([4, 64], 1), [64]);
  deepEqual(sizesOf([5, 5], 3), [5]);
});

Deno.test("a layout has room for its counts; two sizes of contexts serve a range", () => {
  const tasks = source({ context: [4, 8], target: [1, 3] });
  deepEqual(taskLayout(tasks, { context: 5, target: 2 }, PARTS), { context: 6, from: 6, target: 3 });
  deepEqual(taskLayout(tasks, { context: 7, target: 3 }, PARTS), { context: 8, from: 8, target: 3 });
  deepEqual(largestLayout(tasks, PARTS), { context: 8, from: 8, target: 3 });
});

/** Points numbered from 0, and which of them count as context and as targets. */
async function shown(counts: [number, number], layout: Parameters<typeof arrange>[2]) {
  await useEngine("cpu");
  return tf.tidy(() => {
    const x = tf.reshape(tf.range(0, pointsOf(layout)), [1, -1, 1]) as tf.Tensor3D;
    const tasks = arrange({ x, y: tf.neg(x) }, tf.tensor1d(counts, "int32"), layout);
    const [rows, hidden] = [[...tasks.x.dataSync()], tasks.hidden!.dataSync()];
    equal([...tasks.y.dataSync()].join(), rows.map((row) => -row).join());
    const seen = (from: number, to: number) => rows.slice(from, to).filter((_, i) => !hidden[from + i]);
    return { context: seen(0, tasks.context), targets: seen(tasks.context, rows.length) };
  });
}

Deno.test("what is no point of a task is hidden, and nothing else", async () => {
  deepEqual(await shown([3, 2], { context: 4, from: 4, target: 5 }), { context: [0, 1, 2], targets: [4, 5] });
  deepEqual(await shown([4, 1], { context: 4, from: 4, target: 1 }), { context: [0, 1, 2, 3], targets: [4] });
});

Deno.test("where all points beyond the context are targets, each is in one part whatever the size", async () => {
  const images = source({ context: [2, 6], target: [1, 1] }, 9);
  for (const context of [2, 3, 4, 5, 6]) {
    const layout = taskLayout(images, { context, target: 9 - context }, PARTS);
    equal(pointsOf(layout), 9);
    const { context: seen, targets } = await shown([context, 9 - context], layout);
    deepEqual([...seen, ...targets], [0, 1, 2, 3, 4, 5, 6, 7, 8], `context ${context}`);
  }
  deepEqual(largestLayout(images, PARTS), { context: 6, from: 5, target: 4 });
});
