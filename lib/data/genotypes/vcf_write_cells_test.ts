import assert from "node:assert/strict";
import { vcfCells } from "./vcf_write.ts";

/** The text of samples with these probabilities. */
const textOf = (probabilities: number[], haplotypes?: boolean): string =>
  vcfCells(Float32Array.from(probabilities), { haplotypes }).map((cell) => `\t${cell}`).join("");

Deno.test("a cell has the likelier alleles and the dosage to three decimals", () => {
  assert.equal(textOf([0, 0, 0, 1, 1, 1]), "\t0|0:0\t0|1:1\t1|1:2");
  assert.equal(textOf([0.5004, 0.25, 0.9996, 0.0015]), "\t1|0:0.75\t1|0:1.001");
  assert.equal(textOf([0.001, 0, 0.9, 0.9]), "\t0|0:0.001\t1|1:1.8");
  assert.equal(textOf([1.00001, 1, -0.00001, 0]), "\t1|1:2\t0|0:0");
});

Deno.test("a cell can have the probabilities of both haplotypes", () => {
  assert.equal(textOf([0.25, 0.7501, 0, 1], true), "\t0|1:1:0.25,0.75\t0|1:1:0,1");
});

Deno.test("every cell reads as the number that it stands for", () => {
  const probabilities = Array.from({ length: 2000 }, () => Math.fround(Math.random()));
  const cells = textOf(probabilities, true).slice(1).split("\t");
  cells.forEach((cell, s) => {
    const [gt, ds, hds] = cell.split(":");
    const [a, b] = [probabilities[2 * s]!, probabilities[2 * s + 1]!];
    assert.equal(gt, `${a > 0.5 ? 1 : 0}|${b > 0.5 ? 1 : 0}`);
    assert.ok(Math.abs(Number(ds) - a - b) <= 0.0005001);
    hds!.split(",").forEach((text, h) => assert.ok(Math.abs(Number(text) - [a, b][h]!) <= 0.0005001));
  });
});

Deno.test("what is no probability is refused", () => {
  for (const value of [NaN, -0.01, 1.01, Infinity]) {
    assert.throws(() => textOf([0, 0, value, 0]), /found (NaN|-?[\d.]+|Infinity) and 0 for sample 1/);
    assert.throws(() => textOf([0, value]), RangeError);
  }
});
