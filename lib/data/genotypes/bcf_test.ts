import assert from "node:assert/strict";
import { gunzipSync } from "node:zlib";
import { getBit } from "./genotypes.ts";
import { eachLine } from "./lines.ts";
import { refusesFile, withFile } from "./support_test.ts";
import { readVcf } from "./vcf.ts";

/**
 * Made with pysam (htslib) of three records: FORMAT GT:DS; several ALT, END and PS; a haploid call and PID. `bcftools view` gives
 * the lines below, but for the fields that are not read.
 */
const BCF = Uint8Array.fromBase64(
  "H4sIBAAAAAAA/wYAQkMCAIoBjZJPb4IwHIaNO9XzPkAjV7IAitNkLEEKGwkKAjPbsWoFkkodVBe//fijbhCz7Nam7/P01zedGla3" +
    "e3/X6QjCNqFky7Id5trSsI7DB6UnCJbthKavPdlI8/QgEBHJ11my5wlLtb5OKSwoTrIc7nGek01ftNG7Jj03yU9ZaoKLA6YJP8EV" +
    "oewLylKNySW2ZilPogqTJyIlacRjTZ3IyngyHvzYf8UU6RIbDSRFVYv91aY7YZVBptOcABFKylW/TNlzy61iuiHOD7sVyTRdDE97" +
    "otkpJxHJmqzBDimvR1YauDlHF17+gzfTjQjZFvKYwCPOEnyxDRq2YBl+eGZLGPAsSaOmrzyoBcOqeNef6fWzX8J/4C8kZfyqUFsK" +
    "FLQUFmWYt8pkOY7O/KjFe23+ZiVejHMCc3Iu4rEtsdvF3nqIF5/yZI0p3Be24hTaqNaNC53x6rsz4LkBsBHwTQsUXwMs3nQH1B8V" +
    "lL2D+k6ggykwep1vFgWduR0DAAAfiwgEAAAAAAD/BgBCQwIAzgBTY2BgkABiRiB+zgyhGRg8nBgZmBiAXCbzomJDcUdxZ0EGQSZB" +
    "ZkFWRWZWVlYGBkE20bS0NHugUgdGhoZ6IyRT8gUZGRT9QOyGepAZIFPYxd3FQ8JtXFx97AQZBZmFJ8QzMgiymAP5QBNZ2ZmYGFkF" +
    "2YULBMG2N4AwyGgtqIkgcVEGiIkwd5UXFRtbFxWbfBcUdQzBBO7ijiAHM4Ic3MjEwsosyLFcjwEGzA2AIN49PoQBIQYAltKB2wkB" +
    "AAAfiwgEAAAAAAD/BgBCQwIAGwADAAAAAAAAAAAA",
);

const LINES = [
  "20\t1000\trs1\tA\tC\t.\tPASS\t.\tGT\t0|1\t1|1\t./.",
  "20\t70000\t.\tG\tT,<DEL>\t.\tq10\tEND=90000;SVTYPE=DEL\tGT:PS\t1|2:70000\t0/0:.\t.|1:.",
  "20\t70001\trs3;rs4\tATTTTTTTTTTTTTTTTTTTG\tA\t.\t.\t.\tGT:PID\t0:.\t0/1:70000_G_T\t1|0:.",
];

Deno.test("BCF is read as the lines of VCF that it stands for", () =>
  withFile("a.bcf", BCF, async (path) => {
    const lines: string[] = [];
    await eachLine(path, "VCF", (bytes, start, end) => {
      const text = new TextDecoder().decode(bytes.subarray(start, end));
      return text.startsWith("#") || lines.push(text) > 0;
    });
    assert.deepEqual(lines, LINES);
    const { genotypes, oddities } = await readVcf(path);
    assert.deepEqual(genotypes.samples, ["A", "B", "C"]);
    assert.deepEqual(genotypes.variants.info, ["", "END=90000;SVTYPE=DEL", "END=90000;SVTYPE=DEL", ""]);
    assert.equal(getBit(genotypes.alleles, 2, 1), 1);
    assert.equal(oddities.haploid.count, 1);
  }));

Deno.test("BCF that is damaged or cut short is refused", async () => {
  const content = gunzipSync(BCF);
  await refusesFile(
    "a.bcf",
    content.subarray(0, -20),
    readVcf,
    /a\.bcf: this BCF ends within record 3: it is cut short/,
  );
  await refusesFile("a.bcf", content.subarray(0, 40), readVcf, /ends within its header/);
  for (let at = 5; at < content.length; at += 3) {
    const damaged = content.slice();
    damaged[at]! ^= 0x55;
    await withFile("a.bcf", damaged, async (path) => {
      await readVcf(path).catch((error) => assert.equal(error.constructor.name, "UserError", error.stack));
    });
  }
});
