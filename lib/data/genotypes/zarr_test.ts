import assert from "node:assert/strict";
import { join } from "node:path";
import { threefryUniform } from "../../engine/threefry.ts";
import { UserError } from "../../errors.ts";
import { bitMatrix, setBit } from "./bits.ts";
import type { Genotypes } from "./genotypes.ts";
import { readZarr } from "./zarr_read.ts";
import { decodeTexts, encodeTexts } from "./zarr_strings.ts";
import { writeZarr } from "./zarr_write.ts";

async function inFolder(run: (folder: string) => Promise<void>): Promise<void> {
  const folder = await Deno.makeTempDir();
  await run(folder).finally(() => Deno.remove(folder, { recursive: true }));
}

/** Random genotypes; of some variants calls are missing or without phase. */
function example(rows: number, samples: number, flags = true): Genotypes {
  const alleles = bitMatrix(rows, 2 * samples);
  const missing = bitMatrix(rows, samples);
  const unphased = bitMatrix(rows, samples);
  for (let row = 0; row < rows; row++) {
    const draws = threefryUniform(3, row, 0, 2 * samples);
    for (let s = 0; s < samples; s++) {
      const [first, second] = [draws[2 * s]! < 0.3, draws[2 * s + 1]! < 0.3];
      if (flags && row % 7 === 3 && draws[2 * s]! > 0.9) {
        setBit(missing, row, s);
        continue;
      }
      if (first) setBit(alleles, row, 2 * s);
      if (second) setBit(alleles, row, 2 * s + 1);
      if (flags && first !== second && row % 5 === 1) setBit(unphased, row, s);
    }
  }
  return {
    contig: "chr20",
    samples: Array.from({ length: samples }, (_, s) => `S${s}`),
    variants: {
      position: Int32Array.from({ length: rows }, (_, i) => 3 * i + 1),
      id: Array.from({ length: rows }, (_, i) => i % 3 === 0 ? "." : `rs${i};é`),
      ref: Array.from({ length: rows }, (_, i) => "ACGTACGT".slice(0, 1 + i % 8)),
      alt: Array.from({ length: rows }, (_, i) => i % 10 === 0 ? "." : "T"),
    },
    alleles,
    missing: flags ? missing : null,
    unphased: flags ? unphased : null,
  };
}

Deno.test("genotypes come back from VCF Zarr as they were", async () => {
  await inFolder(async (folder) => {
    for (const [rows, samples, flags] of [[2345, 11, true], [1000, 8, false], [1, 1, false]] as const) {
      const genotypes = example(rows, samples, flags);
      const path = join(folder, "a.vcz");
      await writeZarr(genotypes, path);
      assert.deepEqual(await readZarr(path), genotypes);
    }
    assert.deepEqual(Array.from(Deno.readDirSync(folder), ({ name }) => name), ["a.vcz"]);
  });
});

Deno.test("texts of any length are kept", () => {
  const texts = ["", "A", "é", "long".repeat(99), "\u{1F9EC}"];
  assert.deepEqual(decodeTexts(encodeTexts(texts)), texts);
});

Deno.test("folders that are no VCF Zarr are refused", async () => {
  await inFolder(async (folder) => {
    await assert.rejects(readZarr(join(folder, "none")), /expected a VCF Zarr folder, found none/);
    await assert.rejects(readZarr(folder), (error) => {
      assert.ok(error instanceof UserError);
      assert.match(error.message, /expected an array variant_position/);
      return true;
    });
    await writeZarr(example(10, 2), join(folder, "a"));
    await Deno.remove(join(folder, "a", "call_genotype", "zarr.json"));
    await assert.rejects(readZarr(join(folder, "a")), /expected an array call_genotype/);
  });
});
