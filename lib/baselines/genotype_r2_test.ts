import { deepEqual, equal, ok, throws } from "node:assert/strict";
import {
  dosages,
  mafBin,
  meanTargetR2,
  minorR2,
  pooledR2,
  type ScoredByFrequency,
  targetR2,
} from "./genotype_r2.ts";

const near = (found: number, expected: number, tolerance = 1e-12) =>
  ok(Math.abs(found - expected) < tolerance, `${found}, not ${expected}`);

Deno.test("the pooled R² is the squared Pearson correlation of all values", () => {
  // Deviations of p: -1, 0, 1 thirds; of y: -2/3, 1/3, 1/3.
  near(pooledR2({ predicted: [0, 0.5, 1], truth: [0, 1, 1], targets: 1 }), 0.75);
  near(pooledR2({ predicted: [1, 0.5, 0], truth: [0, 1, 1], targets: 3 }), 0.75);
});

Deno.test("a prediction that is constant counts 0, truth that is constant has none", () => {
  const third = Array<number>(9).fill(1 / 3);
  equal(pooledR2({ predicted: third, truth: [0, 1, 0, 1, 1, 0, 0, 0, 0], targets: 3 }), 0);
  equal(pooledR2({ predicted: [0, 1, 0], truth: [1, 1, 1], targets: 3 }), NaN);
});

Deno.test("nothing cancels next to large numbers", () => {
  const predicted = [1e9, 1e9 + 0.5, 1e9 + 1];
  near(pooledR2({ predicted, truth: [1e9, 1e9 + 1, 1e9 + 1], targets: 1 }), 0.75, 1e-9);
});

/** Two targets, ALT the major allele of the second. */
const PART: ScoredByFrequency = {
  predicted: [0, 1, 0.5, 0.8, 1, 1],
  truth: [0, 1, 1, 0, 1, 1],
  targets: 2,
  bin: [0, 1],
  altIsMajor: [0, 1],
  alleles: 1,
};

Deno.test("R² of targets, and their mean over those that vary", () => {
  const second = pooledR2({ predicted: [1, 0.8, 1], truth: [1, 0, 1], targets: 1 });
  deepEqual([...targetR2(PART)].map((x) => x.toFixed(12)), [0.75, second].map((x) => x.toFixed(12)));
  near(meanTargetR2(PART), (0.75 + second) / 2);
  near(meanTargetR2({ ...PART, truth: [1, 1, 1, 0, 1, 1] }), second);
  equal(meanTargetR2({ ...PART, truth: [1, 1, 1, 1, 1, 1] }), NaN);
});

Deno.test("minor alleles are counted over the targets of a bin", () => {
  near(minorR2(PART, 0), 0.75);
  const turned = { predicted: [0, 0, 0.5, 0.2, 1, 0], truth: [0, 0, 1, 1, 1, 0], targets: 2 };
  near(minorR2(PART), pooledR2(turned));
  const dosage = { ...PART, alleles: 2 as const, predicted: [0, 2, 1, 1.6, 2, 2], truth: [0, 2, 2, 0, 2, 2] };
  near(minorR2(dosage), pooledR2(turned));
});

Deno.test("bins take their upper bounds, counted in minor alleles", () => {
  deepEqual([1, 2, 3, 24, 25, 240, 455, 456, 477, 478, 479].map((alt) => mafBin(alt, 480)), [
    ...[0, 0, 1, 1, 2, 2, 2, 1, 1, 0, 0],
  ]);
  equal(mafBin(3, 600), 0);
  equal(mafBin(30, 600), 1);
});

Deno.test("dosages add the first and the second haplotypes", () => {
  deepEqual([...dosages([0, 1, 0.25, 0, 1, 1, 0.5, 0])], [1, 2, 0.75, 0]);
  throws(() => dosages([1, 2, 3]), /Expected two rows a sample, found 3 values/);
});
