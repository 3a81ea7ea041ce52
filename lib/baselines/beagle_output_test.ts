import { deepEqual, equal, rejects } from "node:assert/strict";
import { join } from "node:path";
import { gzipSync } from "node:zlib";
import { type BeagleOutput, readBeagle } from "./beagle.ts";

const HEADER = "##fileformat=VCFv4.2\n#CHROM\tPOS\tID\tREF\tALT\tQUAL\tFILTER\tINFO\tFORMAT\tA\tB\n";

/** Rows without the columns that nobody reads. */
const row = (chromosome: string, position: number, alt: string, info: string, ...cells: string[]) =>
  [chromosome, position, ".", "A", alt, ".", "PASS", info, ...cells].join("\t") + "\n";

async function read(text: string | Uint8Array): Promise<BeagleOutput> {
  const folder = await Deno.makeTempDir();
  try {
    const path = join(folder, "out.vcf.gz");
    await Deno.writeFile(path, typeof text === "string" ? new TextEncoder().encode(text) : text);
    return await readBeagle(path);
  } finally {
    await Deno.remove(folder, { recursive: true });
  }
}

const ROWS = row("20", 5, "T", "DR2=0.5;IMP", "GT:DS:AP1:AP2", "0|1:0.95:0.25:0.7", "1|1:2:1:1") +
  row("20", 9, "C", "DR2=1.00", "GT:DS", "0|0:0", "0|1:1.5") +
  row("20", 9, "G", "IMPORTANT", "GT", "0|1", "1|1");

Deno.test("probabilities of haplotypes and dosages are read, of members of gzip one after the other", async () => {
  const bytes = [HEADER + ROWS.slice(0, 40), ROWS.slice(40)].flatMap((part) => [...gzipSync(part)]);
  const found = await read(new Uint8Array(bytes));
  deepEqual(found.samples, ["A", "B"]);
  deepEqual([...found.positions], [5, 9, 9]);
  deepEqual([found.ref, found.alt], [["A", "A", "A"], ["T", "C", "G"]]);
  deepEqual(found.probability, new Float32Array([0.25, 0.7, 1, 1, 0, 0, 0.75, 0.75, 0, 1, 1, 1]));
  deepEqual(found.dosage, new Float32Array([0.95, 2, 0, 1.5, 1, 2]));
});

Deno.test("many variants grow the arrays", async () => {
  const rows = Array.from(
    { length: 3000 },
    (_, i) => row("20", i + 1, "T", "IMP", "GT:DS", "0|0:0.5", "0|0:1"),
  );
  const { dosage, positions } = await read(HEADER + rows.join(""));
  equal(positions.length, 3000);
  equal(dosage.length, 6000);
  equal(dosage.reduce((a, b) => a + b), 4500);
});

Deno.test("what Beagle does not write is refused with its line", async () => {
  const refused = (text: string, message: RegExp) => rejects(read(text), message);
  await refused(ROWS, /line 1: expected a header with samples first/);
  await refused("", /expected a VCF with a header, found none/);
  await refused(
    HEADER + row("20", 5, "T,C", "", "GT:DS", "0|0:0", "0|0:0"),
    /line 3: expected one ALT allele, found T,C/,
  );
  await refused(
    HEADER + ROWS + row("21", 5, "T", "", "DS", "0", "0"),
    /line 6: expected chromosome 20, found 21/,
  );
  await refused(
    HEADER + row("20", 5, "T", "", "GP", "0", "0"),
    /line 3: expected the fields AP1 and AP2, DS or GT, found GP/,
  );
  await refused(
    HEADER + row("20", 5, "T", "", "GT:DS", "0|0:0", "0|0:-1"),
    /line 3, sample B: expected GT:DS, found "0\|0:-1"/,
  );
  await refused(HEADER + row("20", 5, "T", "", "GT", "0|0", ".|."), /sample B: expected GT, found "\.\|\."/);
  await refused(HEADER + row("20", 5, "T", "", "DS", "0"), /sample B: expected DS, found ""/);
  await refused(HEADER + "20\t5\n", /line 3: expected 9 columns and samples, found 2/);
});
