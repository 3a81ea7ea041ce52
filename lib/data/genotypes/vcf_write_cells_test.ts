import assert from "node:assert/strict";
import { cellWriter, type HaplotypeFields, LONGEST_CELL } from "./vcf_write_cells.ts";

/** The text of samples with these probabilities. */
function cellsOf(probabilities: number[], fields?: HaplotypeFields): string {
  const out = new Uint8Array(probabilities.length / 2 * LONGEST_CELL);
  const end = cellWriter(fields)(Float32Array.from(probabilities), 0, probabilities.length, out, 0);
  return new TextDecoder().decode(out.subarray(0, end));
}

Deno.test("a cell has the likelier alleles and the dosage to three decimals", () => {
  assert.equal(cellsOf([0, 0, 0, 1, 1, 1]), "\t0|0:0\t0|1:1\t1|1:2");
  assert.equal(cellsOf([0.5004, 0.25, 0.9996, 0.0015]), "\t1|0:0.75\t1|0:1.001");
  assert.equal(cellsOf([0.001, 0, 0.9, 0.9]), "\t0|0:0.001\t1|1:1.8");
  assert.equal(cellsOf([1.00001, 1, -0.00001, 0]), "\t1|1:2\t0|0:0");
});

Deno.test("a cell can have the probabilities of both haplotypes", () => {
  assert.equal(cellsOf([0.25, 0.7501, 0, 1], "HDS"), "\t0|1:1:0.25,0.75\t0|1:1:0,1");
  assert.equal(cellsOf([0.123, 0.456], "AP"), "\t0|0:0.579:0.123:0.456");
  assert.equal(cellsOf([0.333, 0.888], "AP").length, LONGEST_CELL);
});

Deno.test("every cell reads as the number that it stands for", () => {
  const probabilities = Array.from({ length: 2000 }, () => Math.fround(Math.random()));
  const cells = cellsOf(probabilities, "HDS").slice(1).split("\t");
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
    assert.throws(() => cellsOf([0, 0, value, 0]), /found (NaN|-?[\d.]+|Infinity) and 0 for sample 1/);
    assert.throws(() => cellsOf([0, value]), RangeError);
  }
});
