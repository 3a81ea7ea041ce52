import assert from "node:assert/strict";
import { gzipSync } from "node:zlib";
import { onPanel, readSites } from "./sites.ts";
import { record, refusesFile, vcfText, withFile } from "./testing.ts";
import { readVcf } from "./vcf.ts";

const genotypes = () =>
  withFile(
    "a.vcf",
    vcfText(["A"], [
      record(5, "A>C", "0|1", "rs5"),
      record(5, "A>G", "0|1", "rs5b;rs6"),
      record(7, "A>C", "0|1", "rs7"),
      record(9, "A>C", "0|1"),
    ]),
    async (path) => (await readVcf(path)).genotypes,
  );

Deno.test("strand files are matched by whole IDs, on their chromosome", async () => {
  const text =
    "rs7\t20\t700\t100\t+\tAB\r\nrs6\t20\t5\t100\t-\tAB\nrs5\t19\t5\t100\t+\tAB\n.\t20\t9\t100\t+\tAB\n";
  await withFile("a.strand", text, async (path) => {
    const sites = await readSites(path);
    assert.deepEqual(sites[0], { id: "rs7", contig: "20", position: 700 });
    assert.equal(sites.length, 4);
    assert.deepEqual([...onPanel(await genotypes(), sites)], [2]);
    assert.equal((await readSites(path, "chr19")).length, 1);
  });
});

Deno.test("sites of a VCF are matched by position and alleles", async () => {
  const text =
    "##x\n#CHROM\tPOS\tID\tREF\tALT\nchr20\t5\t.\tA\tT,G\nchr20\t7\trs7\tC\tA\nchr20\t9\trs5\tA\tC\n";
  await withFile("a.vcf.gz", gzipSync(new TextEncoder().encode(text)), async (path) => {
    const sites = await readSites(path);
    assert.deepEqual(sites[1], { contig: "chr20", position: 5, ref: "A", alt: "G" });
    assert.deepEqual([...onPanel(await genotypes(), sites)], [1, 3]);
  });
  const panel = vcfText(["A"], [record(5, "A>C", "0|1", "x")]);
  await withFile("a.vcf", panel, async (path) => {
    assert.deepEqual(await readSites(path), [{ contig: "20", position: 5, id: "x", ref: "A", alt: "C" }]);
  });
});

Deno.test("files of another form are refused with the line", async () => {
  await refusesFile("a.strand", "rs7\t20\n", readSites, /line 1: expected id, chromosome, position, percent/);
  await refusesFile("a.strand", "rs7\t20\tx\t1\t+\tA\n", readSites, /line 1: expected a position, found "x"/);
  await refusesFile(
    "a.vcf",
    "#CHROM\n20\t5\t.\tA\n",
    readSites,
    /line 2: expected the columns CHROM POS ID REF ALT/,
  );
  const other = (path: string) => readSites(path, "21");
  await refusesFile(
    "a.strand",
    "rs7\t20\t5\t1\t+\tA\n",
    other,
    /expected sites of chromosome 21, found none/,
  );
});
