import { deepEqual, equal, notDeepEqual, throws } from "node:assert/strict";
import { selectImages, splitImages } from "./image_set.ts";

const SET = {
  count: 10,
  height: 1,
  width: 2,
  channels: 1,
  values: Uint8Array.from({ length: 20 }, (_, i) => i),
  white: 255,
  names: Array.from({ length: 10 }, (_, i) => `${i}.png`),
};

Deno.test("every image is in one part, with its name, and the seed tells which", () => {
  const { train, evaluation } = splitImages(SET, 0.3, 5);
  deepEqual([train.count, evaluation.count], [7, 3]);
  deepEqual([...train.values, ...evaluation.values].sort((a, b) => a - b), [...SET.values]);
  for (const { values, names } of [train, evaluation]) {
    names!.forEach((name, i) => equal(name, `${values[2 * i]! / 2}.png`));
  }
  deepEqual(splitImages(SET, 0.3, 5).train, train);
  notDeepEqual(splitImages(SET, 0.3, 6).train, train);
});

Deno.test("neither part is empty; other shares and places are refused", () => {
  deepEqual([splitImages(SET, 0.01, 0).evaluation.count, splitImages(SET, 0.99, 0).train.count], [1, 1]);
  for (const share of [0, 1, -1, NaN]) throws(() => splitImages(SET, share, 0), /between 0 and 1, found/);
  throws(() => splitImages({ ...SET, count: 1 }, 0.5, 0), /at least 2 images to split, found 1/);
  throws(() => selectImages(SET, [10]), /image 10 of 10/);
});
