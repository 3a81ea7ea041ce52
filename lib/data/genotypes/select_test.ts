import assert from "node:assert/strict";
import { UserError } from "../../errors.ts";
import { type Genotypes, getBit } from "./genotypes.ts";
import { alleleCounts, haplotypes, selectSamples, selectVariants } from "./select.ts";
import { record, vcfText, withFile } from "./support_test.ts";
import { readVcf } from "./vcf.ts";

const NAMES = ["A", "B", "C", "D", "E"];
const example = () =>
  withFile(
    "a.vcf",
    vcfText(NAMES, [
      record(5, "A>C", "0|0 0|1 1|0 1|1 0|1"),
      record(6, "A>G", "0|0 0/1 ./. 1/0 1|1"),
      record(7, "AT>A", "1|1 1|1 1|1 1|1 1|1"),
    ]),
    async (path) => (await readVcf(path)).genotypes,
  );
const all = (length: number) => Array.from({ length }, (_, i) => i);
const rows = ({ alleles }: Genotypes) =>
  all(alleles.rows).map((row) => all(alleles.columns).map((column) => getBit(alleles, row, column)).join(""));

Deno.test("samples are selected with their flags", async () => {
  const { samples, missing, unphased, ...rest } = selectSamples(await example(), ["E", "C", "B"]);
  assert.deepEqual(samples, ["E", "C", "B"]);
  assert.deepEqual(rows({ samples, missing, unphased, ...rest }), ["011001", "110001", "111111"]);
  assert.deepEqual([...missing!.bytes], [0, 2, 0]);
  assert.deepEqual([...unphased!.bytes], [0, 4, 0]);
});

Deno.test("samples that are not there are refused", async () => {
  const genotypes = await example();
  assert.throws(() => selectSamples(genotypes, ["F"]), /no sample "F"; known: A, B, C, D, E/);
  assert.throws(() => selectSamples(genotypes, []), UserError);
});

Deno.test("variants are selected in any order", async () => {
  const genotypes = selectVariants(await example(), [2, 0]);
  assert.deepEqual(rows(genotypes), ["1111111111", "0001101101"]);
  assert.deepEqual({ ...genotypes.variants, position: [...genotypes.variants.position] }, {
    position: [7, 5],
    id: [".", "."],
    ref: ["AT", "A"],
    alt: ["A", "C"],
  });
});

Deno.test("alleles are counted", async () => {
  assert.deepEqual([...alleleCounts(await example())], [5, 4, 10]);
});

Deno.test("haplotypes are rows", async () => {
  const found = haplotypes(await example(), [0, 1], [3, 9, 4]);
  assert.deepEqual([...found], [1, 1, 1, 1, 1, 0]);
});
