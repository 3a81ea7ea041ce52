import assert from "node:assert/strict";
import { parseRegion } from "./genotypes.ts";
import { regionStart } from "./tabix.ts";
import { readVcf } from "./vcf.ts";
import { writeImputed } from "./vcf_write.ts";

/** 5,000 variants, one in 100 bases, in an indexed file of many blocks. */
async function inFile(test: (path: string) => Promise<void>): Promise<void> {
  const folder = await Deno.makeTempDir();
  const path = `${folder}/a.vcf.gz`;
  const [n, samples] = [5000, Array.from({ length: 50 }, (_, s) => `S${s}`)];
  const position = Int32Array.from({ length: n }, (_, i) => 1_000_000 + 100 * i);
  const text = (value: string) => Array.from({ length: n }, () => value);
  const probabilities = Float32Array.from({ length: n * 100 }, (_, i) => (i * 7919 % 13) / 13);
  try {
    await writeImputed(path, { contig: "20", samples, source: "test" }, [
      { position, id: text("."), ref: text("A"), alt: text("C"), probabilities, typed: position },
    ]);
    await test(path);
  } finally {
    await Deno.remove(folder, { recursive: true });
  }
}

Deno.test("a region is read from where its index says, and is the same as without one", () =>
  inFile(async (path) => {
    for (
      const text of ["20:1250000-1260049", "chr20:1499800-2000000", "20:1-1000100", "20:1123456-1123500"]
    ) {
      const region = parseRegion(text);
      assert.ok(await regionStart(path, region));
      const jumped = await readVcf(path, { region });
      await Deno.rename(`${path}.tbi`, `${path}.off`);
      const { genotypes } = await readVcf(path, { region });
      await Deno.rename(`${path}.off`, `${path}.tbi`);
      assert.deepEqual(jumped.genotypes, genotypes);
    }
    assert.ok((await regionStart(path, parseRegion("20:1400000-1500000")))!.block > 0);
    await assert.rejects(
      readVcf(path, { region: parseRegion("20:5000000-6000000") }),
      /found none in 20:5000000/,
    );
  }));

Deno.test("an index that is older, damaged or of another chromosome is not used", () =>
  inFile(async (path) => {
    const region = parseRegion("20:1250000-1260000");
    assert.equal(await regionStart(path, parseRegion("21:5-9")), undefined);
    await Deno.utime(`${path}.tbi`, 1000, 1000);
    assert.equal(await regionStart(path, region), undefined);
    await Deno.writeTextFile(`${path}.tbi`, "no index");
    assert.equal(await regionStart(path, region), undefined);
  }));
