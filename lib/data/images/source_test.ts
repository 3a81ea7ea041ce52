import { deepEqual, equal, match, notDeepEqual, notEqual, throws } from "node:assert/strict";
import { xlaTest } from "../../engine/support_test.ts";
import { imageDigest, imageSource } from "./tasks.ts";

const SET = {
  count: 5,
  height: 3,
  width: 4,
  channels: 1,
  values: Uint8Array.from({ length: 60 }, (_, i) => i),
  white: 60,
};
const RANGES = { context: [2, 4], target: [3, 6] } as const;

xlaTest("a batch is whole images in random orders of their pixels, the same for the same key", () => {
  const source = imageSource(SET, { batch: 5, ranges: RANGES, all: true });
  const counts = { context: 3, target: 9 };
  const make = (number: number) => source.make([1, number], counts, 12).y.arraySync() as number[][][];
  const values = make(2);
  // One pass: each of the five images once, all of its twelve values.
  const found = values.map((rows) => rows.map(([y]) => Math.round((y! + 0.5) * 60)).sort((a, b) => a - b));
  deepEqual(
    found.sort((a, b) => a[0]! - b[0]!).flat(),
    Array.from({ length: 60 }, (_, i) => i),
  );
  deepEqual(make(2), values);
  notDeepEqual(make(3), values);
  equal(source.all, 12);
  source.dispose();
});

xlaTest("chosen images come in the order that is asked for", () => {
  const source = imageSource(SET, { batch: 2, ranges: RANGES, all: false });
  const { x, y } = source.of([4, 0, 1], [0, 0], 5);
  deepEqual([x.shape, y.shape], [[3, 5, 2], [3, 5, 1]]);
  const images = (y.arraySync() as number[][][])
    .map(([first]) => Math.floor(Math.round((first![0]! + 0.5) * 60) / 12));
  deepEqual(images, [4, 0, 1]);
  equal(source.all, undefined);
  source.dispose();
});

Deno.test("a source is named by the shape and a digest of its pixels", () => {
  const { name } = imageSource(SET, { batch: 2, ranges: RANGES, all: true });
  match(name, /^images-3x4x1-[0-9a-f]{12}$/);
  const other = { ...SET, values: SET.values.with(7, 200) };
  notEqual(imageSource(other, { batch: 2, ranges: RANGES, all: true }).name, name);
  notEqual(imageDigest(SET, other), imageDigest(other, SET));
});

Deno.test("no images, and more points than pixels, are refused", () => {
  const options = { batch: 2, ranges: RANGES, all: false };
  throws(() => imageSource({ ...SET, count: 0 }, options), /UserError: images: expected at least one/);
  const ranges = { context: [2, 8], target: [3, 6] } as const;
  throws(() => imageSource(SET, { ...options, ranges }), /at most 12 points in images of 3 x 4 pixels/);
  throws(() => imageSource(SET, { ...options, ranges: { ...RANGES, context: [3, 2] } }), /context counts/);
});
