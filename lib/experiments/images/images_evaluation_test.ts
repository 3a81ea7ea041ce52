import { deepEqual, equal } from "node:assert/strict";
import * as tf from "@tensorflow/tfjs-core";
import { imageSource } from "../../data/images/mod.ts";
import { xlaTest } from "../../engine/testing.ts";
import { imageEvaluation } from "./images_evaluation.ts";

const SET = {
  count: 7,
  height: 2,
  width: 3,
  channels: 1,
  values: Uint8Array.from({ length: 42 }, (_, i) => i),
  white: 42,
};

xlaTest("every image is tested once, in tasks that are the same each time", () => {
  const source = imageSource(SET, { batch: 3, ranges: { context: [1, 4], target: [2, 5] }, all: true });
  const tasks = imageEvaluation(source, SET.count, { context: 2, target: 1 });
  equal(tasks.batches, 3);
  const read = (index: number) => {
    const { points, counts, layout } = tasks.at(index);
    equal(counts.context + counts.target, 6);
    equal(layout.from + layout.target, 6);
    const values = points.y.arraySync() as number[][][];
    tf.dispose([points.x, points.y]);
    return { values, counts };
  };
  const images = [0, 1, 2].flatMap((index) =>
    read(index).values.map((rows) => Math.floor(Math.round((rows[0]![0]! + 0.5) * 42) / 6))
  );
  deepEqual(images, [0, 1, 2, 3, 4, 5, 6]);
  deepEqual(read(1), read(1));
  equal(imageEvaluation(source, SET.count, { context: 1, target: 1 }, 2).batches, 2);
  equal(imageEvaluation(source, SET.count, { context: 1, target: 1 }, 9).batches, 3);
  source.dispose();
});
