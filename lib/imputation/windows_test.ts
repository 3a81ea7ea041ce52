import assert from "node:assert/strict";
import { firstAtLeast } from "../data/genotypes/mod.ts";
import { programSizes, regionWindows, withWidth } from "./region.ts";

const upTo = (n: number, step: number) => Float64Array.from({ length: n }, (_, i) => i * step);

Deno.test("windows cover every target once, are of one size, and have the sites around them", () => {
  const sites = upTo(100, 100);
  const targets = upTo(1030, 9);
  const windows = regionWindows(sites, targets, { targets: 200, sites: 32, word: 5 });
  assert.equal(windows.length, 6);
  let next = 0;
  for (const { targets: t, sites: s } of windows) {
    assert.equal(t.to - t.from, 200);
    assert.equal(s.to - s.from, 30);
    assert.ok(t.from <= next && t.to > next);
    next = t.to;
    const middle = (targets[t.from]! + targets[t.to - 1]!) / 2;
    const inside = s.from === 0 || s.to === 100 || (sites[s.from]! < middle && sites[s.to - 1]! > middle);
    assert.ok(inside);
  }
  assert.equal(next, 1030);
});

Deno.test("fewer targets or sites than a window holds make one smaller window", () => {
  const [window, ...others] = regionWindows(upTo(13, 10), upTo(7, 20), { targets: 500, sites: 300, word: 5 });
  assert.equal(others.length, 0);
  assert.deepEqual(window!.targets, { from: 0, to: 7 });
  assert.equal(window!.sites.to - window!.sites.from, 10);
  assert.deepEqual(regionWindows([], upTo(7, 20), { targets: 5, sites: 5, word: 5 }), []);
});

Deno.test("the first value at a bound is found by halving", () => {
  assert.equal(firstAtLeast([1, 3, 3, 5], 3), 1);
  assert.equal(firstAtLeast([1, 3], 9), 2);
});

Deno.test("a window's program has one of three sizes", () => {
  const sizes = { targets: 500, sites: 300, word: 5 };
  const of = (sites: number, targets: number) =>
    programSizes({ sites: { from: 7, to: 7 + sites }, targets: { from: 3, to: 3 + targets } }, sizes);
  assert.deepEqual(of(300, 500), { sites: 300, targets: 500 });
  assert.deepEqual(of(155, 130), { sites: 300, targets: 250 });
  assert.deepEqual(of(5, 1), { sites: 75, targets: 125 });
  assert.deepEqual(
    programSizes({ sites: { from: 0, to: 30 }, targets: { from: 0, to: 9 } }, {
      targets: 10,
      sites: 32,
      word: 5,
    }),
    { sites: 35, targets: 10 },
  );
});

Deno.test("columns are added and taken away", () => {
  assert.deepEqual(withWidth(Uint8Array.of(1, 2, 3, 4), 2, 3), Uint8Array.of(1, 2, 0, 3, 4, 0));
  assert.deepEqual(withWidth(Float32Array.of(1, 2, 3, 4), 2, 1), Float32Array.of(1, 3));
});
