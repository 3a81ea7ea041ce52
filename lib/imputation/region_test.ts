import assert from "node:assert/strict";
import { physicalMap, readVcf } from "../data/genotypes/mod.ts";
import { record, vcfText, withFile } from "../data/genotypes/support_test.ts";
import { columnsOf, cutRegion } from "./region.ts";
import { DEFAULT_SETTINGS } from "./settings.ts";

Deno.test("too few genotyped variants are told, unless nothing is to be imputed", () =>
  withFile("a.vcf", vcfText(["A"], [record(5, "A>C", "0|1"), record(9, "G>T", "1|0")]), async (path) => {
    const { genotypes: reference } = await readVcf(path);
    const task = (typed: number[]) => ({
      reference,
      typed: Int32Array.from(typed),
      known: new Uint8Array(2 * typed.length),
      map: physicalMap,
    });
    assert.throws(() => cutRegion(task([0]), DEFAULT_SETTINGS), /at least 5 genotyped variants.*found 1/);
    assert.equal(cutRegion(task([0, 1]), DEFAULT_SETTINGS).windows.length, 0);
  }));

Deno.test("columns of a matrix keep its type", () => {
  assert.deepEqual(columnsOf(Float32Array.of(1, 2, 3, 4, 5, 6), 3, 1, 3), Float32Array.of(2, 3, 5, 6));
  assert.deepEqual(columnsOf(Uint8Array.of(1, 2, 3, 4), 2, 0, 1), Uint8Array.of(1, 3));
});
