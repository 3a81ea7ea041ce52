import assert from "node:assert/strict";
import { getBit } from "./genotypes.ts";
import { record, refusesFile, vcfText, withFile } from "./support_test.ts";
import { readVcf } from "./vcf.ts";

const named = (format: string, position: number, alleles: string, calls: string) =>
  record(position, alleles, calls).replace(" GT ", ` ${format} `);

Deno.test("sure genotypes are called from likelihoods, others are missing", () =>
  withFile(
    "a.vcf",
    vcfText(["A", "B", "C"], [
      named("PL", 5, "A>C", "0,30,200 40,0,50 0,3,30"),
      named("DP:GL", 6, "A>C", "3:-9,-0.1,-5 0:. 2:-300.5,-200,0"),
      named("GP", 7, "A>C,G", "0,0,0,0,1,0 0.95,0.05,0,0,0,0 0,0,0,0,0,1"),
      named("PL", 8, "A>C", "0,50 60,0 .,."),
    ]),
    async (path) => {
      const { genotypes, oddities } = await readVcf(path);
      const { alleles, missing, haploid } = genotypes;
      const texts = Array.from(genotypes.variants.position, (_, row) =>
        [0, 1, 2].map((s) =>
          getBit(missing!, row, s) ? "." : `${getBit(alleles, row, 2 * s)}${getBit(alleles, row, 2 * s + 1)}`
        ).join(" "));
      assert.deepEqual(texts, ["00 01 .", "01 . 11", "10 00 00", "01 00 11", "00 11 ."]);
      assert.equal(getBit(haploid!, 4, 0), 1);
      assert.deepEqual(oddities.likelihoods.first.length, 4);
    },
  ));

Deno.test("what is no likelihood is refused with its sample", async () => {
  const refuses = (format: string, calls: string, message: RegExp) =>
    refusesFile("a.vcf", vcfText(["A", "B"], [named(format, 5, "A>C", calls)]), readVcf, message);
  await refuses(
    "PL",
    "0,1,2 0,1,2,3",
    /line 3, position 20:5, sample "B": expected 3 numbers in PL, found "0,1,2,3"/,
  );
  await refuses("GL", "0,x,2 0,1,2", /sample "A": expected 3 numbers in GL, found "0,x,2"/);
  await refuses("GP", "0,0,1", /expected 2 calls as in the header, found 1/);
});
