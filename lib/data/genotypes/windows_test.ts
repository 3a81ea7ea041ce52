import { threefryUniform } from "@spin/xla/threefry";
import { deepEqual, equal, throws } from "node:assert/strict";
import { closestSites, spacedBlocks, targetBlocks } from "./windows.ts";

const SITES = Int32Array.of(10, 20, 30, 40, 50, 60, 70, 80);

Deno.test("the nearest sites of all targets, of these the middle ones", () => {
  deepEqual([...closestSites([34], SITES, 3)], [1, 2, 3]);
  // The union of 1, 2 and 5, 6: its middle two.
  deepEqual([...closestSites([24, 66], SITES, 2)], [2, 5]);
});

Deno.test("a site at the position of a target is left out, the first of equally near ones taken", () => {
  deepEqual([...closestSites([30], SITES, 3)], [0, 1, 3]);
  // All at one position left of the target: the reference sorts by distance and keeps the order of equal ones.
  deepEqual([...closestSites([50], Int32Array.of(40, 40, 40, 90), 2)], [0, 1]);
});

Deno.test("it is what sorting by distance gives", () => {
  const draws = threefryUniform(5, 0, 0, 60);
  const sites = Int32Array.from(draws.subarray(0, 40), (u) => Math.floor(u * 60)).sort();
  const targets = Int32Array.from(draws.subarray(40), (u) => Math.floor(u * 60));
  for (const n of [1, 4, 9, 20]) {
    const union = new Set<number>();
    for (const target of targets) {
      const distance = (i: number) => Math.abs(sites[i]! - target);
      [...sites.keys()].filter((i) => distance(i) > 0).sort((a, b) => distance(a) - distance(b))
        .slice(0, n).forEach((i) => union.add(i));
    }
    const sorted = [...union].sort((a, b) => a - b);
    const start = Math.floor(sorted.length / 2) - Math.floor(n / 2);
    deepEqual([...closestSites(targets, sites, n)], sorted.slice(start, start + n));
  }
});

Deno.test("too few sites are an error that says where", () => {
  throws(() => closestSites([30], SITES, 8), /a window at 30: expected at least 8 array sites.*found 7/);
  throws(() => closestSites([30], SITES, 0), /nClosest: expected a positive whole number, found 0/);
});

Deno.test("blocks of targets leave out what does not fill one", () => {
  const blocks = targetBlocks(Int32Array.of(3, 4, 7, 9, 11, 12, 20), 3);
  deepEqual(blocks.map((block) => [...block]), [[3, 4, 7], [9, 11, 12]]);
  throws(() => targetBlocks(Int32Array.of(1, 2), 3), /from 1 to 2, found 3/);
});

Deno.test("five of 165 blocks are those of B1", () => {
  deepEqual(spacedBlocks(165, 5), [16, 49, 82, 115, 148]);
  equal(spacedBlocks(7, 7).length, new Set(spacedBlocks(7, 7)).size);
  throws(() => spacedBlocks(3, 4), /from 1 to 3, found 4/);
});
