import { deepEqual, equal, ok, throws } from "node:assert/strict";
import { haplotypeRows, withTrainProportion } from "./windows.ts";

const SAMPLES = ["A", "B", "C", "D", "E"];

Deno.test("rows are train, validation, test; first haplotypes before second ones", () => {
  const { haplotypes, fold } = haplotypeRows(SAMPLES, { train: ["C", "A"], val: ["E"], test: ["B"] });
  deepEqual([...haplotypes], [4, 0, 5, 1, 8, 9, 2, 3]);
  deepEqual(fold, { train: Int32Array.of(0, 1, 2, 3), val: Int32Array.of(4, 5), test: Int32Array.of(6, 7) });
});

Deno.test("a sample that is not there or in two parts is named", () => {
  throws(() => haplotypeRows(SAMPLES, { train: ["A"], val: ["F"], test: [] }), /no sample.*"F"/);
  throws(() => haplotypeRows(SAMPLES, { train: ["A"], val: ["A"], test: ["B"] }), /"A" is asked for twice/);
});

const range = (from: number, to: number) => Int32Array.from({ length: to - from }, (_, i) => from + i);
const FOLD = { train: range(0, 4800), val: range(4800, 4904), test: range(4904, 5008) };

Deno.test("a clean share keeps both haplotypes of random train samples, and validation as it is", () => {
  const { train, val, test } = withTrainProportion(FOLD, { proportion: 0.1, mode: "clean", seed: 3 });
  equal(train.length, 480);
  deepEqual(train.subarray(240), train.subarray(0, 240).map((row) => row + 2400));
  deepEqual([val, test], [FOLD.val, FOLD.test]);
  const other = withTrainProportion(FOLD, { proportion: 0.1, mode: "clean", seed: 4 }).train;
  ok(train.some((row, i) => row !== other[i]));
});

Deno.test("the literal share splits what it keeps and the validation rows anew", () => {
  const whole = withTrainProportion(FOLD, { proportion: 1, mode: "literal", seed: 42 });
  deepEqual([whole.train.length, whole.val.length], [4291, 613]);
  const few = withTrainProportion(FOLD, { proportion: 0.01, mode: "literal", seed: 42 });
  deepEqual([...few.train, ...few.val].sort((a, b) => a - b), [...range(0, 48), ...FOLD.val]);
  ok(few.train.filter((row) => row >= 4800).length > few.train.length / 2);
});

Deno.test("shares outside of their range, or without a row, are named", () => {
  const share = (proportion: number) => () =>
    withTrainProportion(FOLD, { proportion, mode: "clean", seed: 1 });
  throws(share(0), /above 0 and at most 1, found 0/);
  throws(share(1.5), /found 1\.5/);
  throws(share(1e-4), /0\.0001 of 4800 train rows leaves none/);
});
