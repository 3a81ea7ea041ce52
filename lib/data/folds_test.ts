import assert from "node:assert/strict";
import { UserError } from "../errors.ts";
import { type Fold, lastRowsFold, makeFolds } from "./folds.ts";
import { permutation, sortedByClass } from "./permutation.ts";

const sizes = ({ train, val, test }: Fold) => [train.length, val.length, test.length];
const sorted = (rows: Iterable<number>) => [...rows].sort((a, b) => a - b);
const range = (n: number) => Array.from({ length: n }, (_, i) => i);

Deno.test("a permutation holds every index once and follows its key", () => {
  const order = permutation(1000, [3, 5]);
  assert.deepEqual(sorted(order), range(1000));
  assert.deepEqual(permutation(1000, [3, 5]), order);
  assert.notDeepEqual(permutation(1000, [3, 6]), order);
  assert.equal(permutation(0, [1, 1]).length, 0);
});

Deno.test("a permutation puts every element everywhere equally often", () => {
  const counts = Array.from({ length: 4 }, () => [0, 0, 0, 0]);
  for (let seed = 0; seed < 4000; seed++) {
    permutation(4, [seed, 7]).forEach((element, place) => counts[place]![element]!++);
  }
  // 1000 expected; five deviations of a binomial are 137.
  for (const count of counts.flat()) assert.ok(Math.abs(count - 1000) < 137, String(counts));
});

Deno.test("split sizes are those of the reference's first fold", () => {
  const first = (rows: number, testShare: number, valShare: number) =>
    sizes(makeFolds({ rows, testShare, valShare, seed: 42 })[0]!);
  assert.deepEqual(first(506, 0.1, 0.2), [353, 102, 51]);
  assert.deepEqual(first(308, 0.1, 0.2), [215, 62, 31]);
  assert.deepEqual(first(1030, 0.1, 0.2), [720, 207, 103]);
  assert.deepEqual(first(569, 0.1, 0.2), [398, 114, 57]);
  assert.deepEqual(first(45730, 0.2, 0.1), [32011, 4573, 9146]);
});

Deno.test("every row is tested once and has one part in each fold", () => {
  const folds = makeFolds({ rows: 506, seed: 1 });
  assert.equal(folds.length, 10);
  assert.deepEqual(sorted(folds.flatMap(({ test }) => [...test])), range(506));
  for (const { train, val, test } of folds) assert.deepEqual(sorted([...train, ...val, ...test]), range(506));
  assert.deepEqual(makeFolds({ rows: 506, seed: 1 }), folds);
  assert.notDeepEqual(makeFolds({ rows: 506, seed: 2 })[0]!.test, folds[0]!.test);
});

Deno.test("stratified folds keep the share of every class in every part", () => {
  const classes = Int32Array.from({ length: 500 }, (_, row) => (row < 40 ? 0 : row < 150 ? 1 : 2));
  const totals = [40, 110, 350];
  for (const fold of makeFolds({ rows: 500, testShare: 0.2, valShare: 0.1, seed: 5, classes })) {
    for (const part of [fold.train, fold.val, fold.test]) {
      totals.forEach((total, label) => {
        const count = part.filter((row) => classes[row] === label).length;
        assert.ok(
          Math.abs(count - total * part.length / 500) <= 2,
          `class ${label}: ${count} of ${part.length}`,
        );
      });
    }
  }
});

Deno.test("shares that leave a part empty are refused", () => {
  assert.throws(() => makeFolds({ rows: 5, seed: 1 }), UserError);
  assert.throws(() => makeFolds({ rows: 100, testShare: 0.6, seed: 1 }), /expected shares/);
  assert.throws(() => makeFolds({ rows: 100, testShare: 0.5, valShare: 0.5, seed: 1 }), /expected shares/);
  assert.throws(() => makeFolds({ rows: 3, testShare: 0.34, valShare: 0.6, seed: 1 }), /no train row/);
});

Deno.test("rows are brought together by class, in their order, those without a class first", () => {
  const classes = [1, 0, -1, 1, 0, 2];
  assert.deepEqual(sortedByClass(Int32Array.of(5, 4, 3, 2, 1, 0), classes), Int32Array.of(2, 4, 1, 3, 0, 5));
  assert.deepEqual(sortedByClass(Int32Array.of(3, 0), classes), Int32Array.of(3, 0));
  assert.deepEqual(sortedByClass(new Int32Array(), classes), new Int32Array());
});

Deno.test("the last rows are the test set of a fixed fold, and the others are parted as in other folds", () => {
  const classes = Int32Array.from({ length: 300 }, (_, row) => row % 4 === 0 ? 1 : 0);
  const fold = lastRowsFold({ rows: 300, testRows: 100, seed: 1, classes });
  assert.deepEqual(sizes(fold), [175, 25, 100]);
  assert.deepEqual(fold.test, Int32Array.from({ length: 100 }, (_, i) => 200 + i));
  assert.deepEqual(sorted([...fold.train, ...fold.val]), range(200));
  const rare = fold.val.filter((row) => classes[row] === 1).length;
  assert.ok(rare === 6 || rare === 7, String(rare));
  assert.notDeepEqual(lastRowsFold({ rows: 300, testRows: 100, seed: 2, classes }).val, fold.val);
  assert.throws(() => lastRowsFold({ rows: 300, testRows: 300, seed: 1 }), /expected 1 to 299 test rows/);
});
