import assert from "node:assert/strict";
import { balancedBatches, batchCount } from "./folds.ts";

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

Deno.test("with classes the train rows of every batch have the classes of all, one row more or less", () => {
  const classes = Int32Array.from({ length: 506 }, (_, row) => row % 50 === 0 ? 2 : row % 3 === 0 ? 1 : 0);
  const { batches, counts } = balancedBatches(groups, { size: 100, seed: 1, epoch: 0, classes });
  assert.deepEqual(counts, [58, 16, 9]);
  const plain = balancedBatches(groups, { size: 100, seed: 1, epoch: 0 });
  const count = (batch: Int32Array, label: number) =>
    batch.subarray(0, 58).filter((row) => classes[row] === label).length;
  const uneven = (of: Int32Array[]) =>
    [0, 1, 2].map((label) => {
      const found = of.map((batch) => count(batch, label));
      return Math.max(...found) - Math.min(...found);
    });
  assert.ok(uneven(batches).every((difference) => difference <= 1), String(uneven(batches)));
  assert.ok(uneven(plain.batches).some((difference) => difference > 1));
  batches.forEach((batch, i) => assert.deepEqual(batch.subarray(58), plain.batches[i]!.subarray(58)));
  const used = new Set(batches.flatMap((batch) => [...batch.subarray(0, 58)]));
  assert.equal(used.size, 58 * 6);
  assert.ok([...used].every((row) => row < 350));
  const next = balancedBatches(groups, { size: 100, seed: 1, epoch: 1, classes });
  assert.notDeepEqual(next.batches, batches);
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
