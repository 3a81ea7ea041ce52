import assert from "node:assert/strict";
import { balancedBatches, batchCount } from "./batching.ts";

const rows = (from: number, count: number) => Int32Array.from({ length: count }, (_, i) => from + i);
const groups = [rows(0, 350), rows(350, 100), rows(450, 56)];

Deno.test("the full batch is all rows in the order of the groups", () => {
  const { batches, counts } = balancedBatches(groups, { size: -1, seed: 1, epoch: 4 });
  assert.deepEqual(batches, [rows(0, 506)]);
  assert.deepEqual(counts, [350, 100, 56]);
});

Deno.test("batches have one size and the table's share of each group, in the order of the groups", () => {
  const { batches, counts } = balancedBatches(groups, { size: 100, seed: 1, epoch: 0 });
  assert.equal(batches.length, batchCount(506, 100));
  assert.deepEqual(counts, [58, 16, 9]);
  for (const batch of batches) {
    assert.equal(batch.length, 83);
    assert.ok(batch.subarray(0, 58).every((row) => row < 350));
    assert.ok(batch.subarray(58, 74).every((row) => row >= 350 && row < 450));
    assert.ok(batch.subarray(74).every((row) => row >= 450));
  }
  const used = batches.flatMap((batch) => [...batch]);
  assert.equal(new Set(used).size, used.length);
});

Deno.test("the reference's protein batches have about 1392, 199 and 398 rows", () => {
  const protein = [rows(0, 32011), rows(32011, 4573), rows(36584, 9146)];
  const { batches, counts } = balancedBatches(protein, { size: 2048, seed: 1, epoch: 0 });
  assert.equal(batches.length, 23);
  assert.deepEqual(counts, [1391, 198, 397]);
});

Deno.test("every epoch has its own order, and rows left out of one epoch come in another", () => {
  const epoch = (index: number) => balancedBatches(groups, { size: 100, seed: 3, epoch: index }).batches;
  assert.deepEqual(epoch(0), epoch(0));
  assert.notDeepEqual(epoch(0), epoch(1));
  const used = new Set([0, 1, 2, 3].flatMap((index) => epoch(index).flatMap((batch) => [...batch])));
  assert.equal(used.size, 506);
});

Deno.test("impossible batch sizes are refused", () => {
  for (const size of [0, -2, 1.5, NaN]) {
    assert.throws(() => balancedBatches(groups, { size, seed: 1, epoch: 0 }), /expected a batch size/);
  }
  assert.throws(
    () => balancedBatches([rows(0, 5), rows(5, 1000)], { size: 100, seed: 1, epoch: 0 }),
    /give 11 batches, but there are 5 train rows/,
  );
});
