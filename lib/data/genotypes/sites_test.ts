import assert from "node:assert/strict";
import { gzipSync } from "node:zlib";
import { onPanel, readSites } from "./select.ts";
import { record, refusesFile, vcfText, withFile } from "./support_test.ts";
import { readVcf } from "./vcf.ts";

const genotypes = () =>
  withFile(
    "a.vcf",
    vcfText(["A"], [record(5, "A>C", "0|1"), record(5, "A>G", "0|1"), record(9, "A>C", "0|1")]),
    async (path) => (await readVcf(path)).genotypes,
  );

Deno.test("sites are matched by position and alleles, on their chromosome", async () => {
  const text = "##x\n#CHROM\tPOS\tID\tREF\tALT\nchr20\t5\t.\tA\tT,G\n21\t5\t.\tA\tC\nchr20\t9\trs5\tA\tC\n";
  await withFile("a.vcf.gz", gzipSync(new TextEncoder().encode(text)), async (path) => {
    const sites = await readSites(path, "20");
    assert.deepEqual([...sites], ["5:A:T", "5:A:G", "9:A:C"]);
    assert.deepEqual([...onPanel(await genotypes(), sites)], [1, 2]);
  });
  await withFile("a.vcf", vcfText(["A"], [record(5, "A>C", "0|1")]), async (path) => {
    assert.deepEqual([...await readSites(path, "20")], ["5:A:C"]);
  });
});

Deno.test("files of another form are refused with the line", async () => {
  const read = (path: string) => readSites(path, "20");
  await refusesFile(
    "a.vcf",
    "#CHROM\n20\t5\t.\tA\n",
    read,
    /line 2: expected the columns CHROM POS ID REF ALT/,
  );
  await refusesFile("a.vcf", "20\tx\t.\tA\tC\n", read, /line 1: expected a position, found "x"/);
  await refusesFile("a.vcf", "21\t5\t.\tA\tC\n", read, /expected sites of chromosome 20, found none/);
});
