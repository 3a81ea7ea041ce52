import assert from "node:assert/strict";
import { join } from "node:path";
import { gunzipSync } from "node:zlib";
import { parseRegion, readVcf } from "../data/genotypes/mod.ts";
import { regionStart } from "../data/genotypes/tabix.ts";
import { xlaTest } from "../engine/support_test.ts";
import { imputeChromosomes } from "./chromosomes.ts";
import { DEFAULT_SETTINGS } from "./settings.ts";
import {
  inImputeFolder,
  phasedCall,
  position,
  REFERENCE,
  TARGETS,
  vcf,
  type Written,
} from "./support_test.ts";

/** One file of several chromosomes. */
function joined(written: Written, contigs: string[]): string {
  const texts = contigs.map((contig) => vcf({ ...written, contig }));
  return texts[0]! + texts.slice(1).map((text) => text.replace(/^#.*\n/gm, "")).join("");
}

xlaTest("chromosomes that both files have are imputed into one file with an index", () =>
  inImputeFolder({
    "ref.vcf": joined(REFERENCE, ["20", "21", "22"]),
    "array.vcf": joined({ ...TARGETS, call: phasedCall }, ["chr20", "chr22", "chrX"]),
    "20.map": "20 . 0 1\n20 . 1 200000\n",
    "22.map": "22 . 0 1\n22 . 2 200000\n",
  }, async (_, folder) => {
    const said: string[] = [];
    const path = (name: string) => join(folder, name);
    const files = {
      reference: path("ref.vcf"),
      targets: path("array.vcf"),
      map: path("{}.map"),
      out: path("out.vcf.gz"),
      phasing: "given" as const,
      settings: { ...DEFAULT_SETTINGS, weight: 0 },
      source: "test",
      say: (line: string) => void said.push(line),
    };
    const result = await imputeChromosomes(files);
    assert.deepEqual([result!.variants, result!.imputed], [240, 160]);
    const told = said.join("\n");
    assert.match(told, /only the reference have: 21\n.*only the targets have: chrX/);
    assert.match(told, /chromosome 22: 80 of 120 variants imputed/);
    const text = gunzipSync(await Deno.readFile(files.out)).toString();
    assert.deepEqual([...text.matchAll(/^##contig=<ID=(\w+)/gm)].map(([, contig]) => contig), ["20", "22"]);
    assert.equal(text.match(/^##source/gm)!.length, 1);
    const region = parseRegion("22:50000-60000");
    assert.ok(await regionStart(files.out, region));
    const { genotypes } = await readVcf(files.out, { region });
    assert.deepEqual(
      [...genotypes.variants.position],
      Array.from({ length: 11 }, (_, i) => position(40 + i)),
    );
    assert.deepEqual([...Deno.readDirSync(folder)].filter(({ name }) => /part/.test(name)), []);
    await Deno.writeTextFile(path("array.vcf"), joined(TARGETS, ["1", "2"]));
    await assert.rejects(imputeChromosomes(files), /share, found 20, 21, 22 and 1, 2/);
  }));
