import { deepEqual, equal, ok, throws } from "node:assert/strict";
import { checkAlike, chooseBlocks, type ImputationWindow, windowOfEpoch } from "./windows.ts";

Deno.test("seen and unseen windows are different and as far apart as asked", () => {
  const { seen, unseen } = chooseBlocks({
    blocks: 165,
    seen: 10,
    unseen: 5,
    always: [16, 49],
    apart: 4,
    seed: 42,
  });
  deepEqual([seen.length, new Set(seen).size, unseen.length, new Set(unseen).size], [10, 10, 5, 5]);
  deepEqual(seen.slice(0, 2), [16, 49]);
  for (const one of unseen) ok(seen.every((other) => Math.abs(one - other) >= 4));
  throws(
    () => chooseBlocks({ blocks: 12, seen: 10, unseen: 3, seed: 1 }),
    /10 blocks to train on and 3 others at least 1 apart from them, found 10 and 2 of 12/,
  );
});

Deno.test("each cycle of epochs has every window once, in the order of the seed", () => {
  const cycle = (start: number, seed: number) =>
    Array.from({ length: 10 }, (_, i) => windowOfEpoch(10, start + i, seed));
  equal(new Set(cycle(0, 42)).size, 10);
  deepEqual(cycle(10, 42), cycle(0, 42));
  ok(cycle(0, 43).some((window, i) => window !== cycle(0, 42)[i]));
});

Deno.test("windows of one model that differ in size are named", () => {
  const rows = new Int32Array(4);
  const window = (name: string, sites: number): ImputationWindow => ({
    name,
    inputs: new Uint8Array(0),
    targets: new Uint8Array(0),
    inputVariants: new Int32Array(sites),
    targetVariants: new Int32Array(5),
    fold: { train: rows, val: rows, test: rows },
    counts: new Uint32Array(5),
    alleles: 4,
  });
  checkAlike([window("a", 10), window("b", 10)]);
  throws(
    () => checkAlike([window("a", 10), window("b", 15)]),
    /expected 10 array sites.*as a has.*15.*in b/s,
  );
});
