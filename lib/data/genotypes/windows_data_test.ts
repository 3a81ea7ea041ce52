import { deepEqual, equal, throws } from "node:assert/strict";
import { bitMatrix, type Genotypes } from "./genotypes.ts";
import { setBit } from "./support_test.ts";
import { imputationSites, imputationWindow, windowTable } from "./windows.ts";

/** Haplotypes of the samples A to D at ten variants; a column is a haplotype. */
const ALLELES = [
  "10000000", // 0: array
  "01000000",
  "00000010", // 2: only test samples have it
  "11111100", // 3: all train haplotypes have it
  "00100000",
  "00010000", // 5: array
  "11000000",
  "00110000", // 7: array
  "01010101",
  "10101010", // 9: array
];
const SPLIT = { train: ["A", "B"], val: ["C"], test: ["D"] };

function genotypes(): Genotypes {
  const alleles = bitMatrix(ALLELES.length, 8);
  ALLELES.forEach((row, v) => [...row].forEach((bit, h) => bit === "1" && setBit(alleles, v, h)));
  const text = ALLELES.map(() => ".");
  return {
    contig: "20",
    samples: ["A", "B", "C", "D"],
    variants: {
      position: Int32Array.from(ALLELES, (_, v) => 100 * v),
      id: text,
      ref: text.map(() => "A"),
      alt: text.map(() => "C"),
    },
    alleles,
    missing: null,
    unphased: null,
    haploid: null,
    phaseSets: null,
  };
}
const sites = () => imputationSites(genotypes(), Int32Array.of(0, 5, 7, 9), SPLIT.train);
const OPTIONS = { size: 2, nClosest: 2, block: 0, name: "w" };

Deno.test("variants with both alleles in the train samples are kept, those of the array as inputs", () => {
  const { inputs, targets, counts } = sites();
  deepEqual([...inputs], [0, 5, 7, 9]);
  deepEqual([...targets], [1, 4, 6, 8]);
  deepEqual([counts[2], counts[3], counts[8]], [0, 4, 2]);
});

Deno.test("a window has a block of targets, the middle of the array sites near them, and stacked haplotypes", () => {
  const window = imputationWindow(genotypes(), sites(), SPLIT, { ...OPTIONS, block: 1 });
  deepEqual([...window.targetVariants], [6, 8]);
  deepEqual([...window.inputVariants], [5, 7]);
  // Rows A0 B0 A1 B1 C0 C1 D0 D1.
  deepEqual([...window.targets], [1, 0, 0, 0, 1, 1, 0, 1, 0, 0, 0, 1, 0, 0, 0, 1]);
  deepEqual([...window.inputs], [0, 0, 0, 1, 0, 0, 1, 1, 0, 0, 0, 0, 0, 0, 0, 0]);
  deepEqual([...window.counts, window.alleles], [2, 2, 4]);
  deepEqual(window.fold.val, Int32Array.of(4, 5));
});

Deno.test("its table has words as classes, targets last", () => {
  const table = windowTable(imputationWindow(genotypes(), sites(), SPLIT, { ...OPTIONS, block: 1 }), 2);
  deepEqual(table.columns.map(({ name, target }) => [name, target]), [["x0", false], ["y0", true]]);
  deepEqual(table.columns[1]!.classes, ["none", "00", "01", "10", "11"]);
  deepEqual([...table.codes], [1, 3, 2, 1, 1, 4, 4, 2, 1, 1, 1, 2, 1, 1, 1, 2]);
  equal(table.missing.length, 16);
});

Deno.test("what cannot be a window is named", () => {
  const make = (change: object, data = genotypes()) => () =>
    imputationWindow(data, sites(), SPLIT, { ...OPTIONS, ...change });
  throws(make({ block: 2 }), /w: expected a block from 0 to 1, found 2/);
  throws(make({ nClosest: 5 }), /expected at least 5 array sites beside it, found 4/);
  throws(make({}, { ...genotypes(), missing: bitMatrix(10, 4) }), /without missing calls/);
  throws(() => windowTable(make({})(), 3), /w: expected a multiple of 3 targets, found 2/);
});
