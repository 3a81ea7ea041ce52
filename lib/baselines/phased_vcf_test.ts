import assert from "node:assert/strict";
import { readVcf } from "../data/genotypes/mod.ts";
import { record, vcfText, withFile } from "../data/genotypes/support_test.ts";
import { writePhasedVcf } from "./beagle.ts";

Deno.test("phased genotypes are written and read again", () =>
  withFile(
    "a.vcf",
    vcfText(["A", "B"], [record(5, "A>C", "0|1 1|1"), record(9, "G>GT", "1|0 0|0")]),
    async (path) => {
      const { genotypes } = await readVcf(path);
      const copy = `${path}.copy.vcf`;
      await writePhasedVcf(genotypes, copy);
      const again = (await readVcf(copy, { require: "phased" })).genotypes;
      assert.deepEqual(again.alleles.bytes, genotypes.alleles.bytes);
      assert.deepEqual(again.variants.alt, genotypes.variants.alt);
    },
  ));

Deno.test("calls without phase are not written as if they had one", () =>
  withFile("a.vcf", vcfText(["A"], [record(5, "A>C", "0/1")]), async (path) => {
    const { genotypes } = await readVcf(path);
    await assert.rejects(() => writePhasedVcf(genotypes, `${path}.copy.vcf`), /expected phased calls/);
  }));
