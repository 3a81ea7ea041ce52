import assert from "node:assert/strict";
import { fileURLToPath } from "node:url";
import checksums from "../../../data/genotypes/checksums.json" with { type: "json" };
import { readBytes, sha256 } from "../read.ts";
import { readGeneticMap } from "./genetic_map.ts";
import { type Genotypes, getBit, variantKey } from "./genotypes.ts";
import { b1Samples, genotypeFigures, genotypePath } from "./project.ts";
import { alleleCounts, onPanel, readSites, selectSamples } from "./select.ts";
import { readVcf } from "./vcf.ts";

const FOLDER = fileURLToPath(new URL("../../../data/genotypes", import.meta.url));

/** By the share of minor alleles: at most 0.5 %, at most 5 %, more. */
const binOf = (minor: number, alleles: number) => minor <= alleles / 200 ? 0 : minor <= alleles / 20 ? 1 : 2;
const byBin = (bins: number[]) => [0, 1, 2].map((bin) => bins.filter((other) => other === bin).length);

/** Variants with both alleles among these samples: those on the array and the others, with the minor alleles of each. */
async function parts(genotypes: Genotypes, samples: readonly string[]) {
  const counts = alleleCounts(selectSamples(genotypes, samples));
  const alleles = 2 * samples.length;
  const minor = Array.from(counts, (count) => Math.min(count, alleles - count));
  const array = new Set(onPanel(genotypes, await readSites(await genotypePath("scaffold"), "20")));
  const kept = [...minor.keys()].filter((i) => minor[i]! > 0);
  return {
    sites: kept.filter((i) => array.has(i)),
    targets: kept.filter((i) => !array.has(i)),
    bin: minor.map((count) => binOf(count, alleles)),
    altIsMajor: Array.from(counts, (count) => 2 * count > alleles),
  };
}

Deno.test("every committed genotype file has the checksum and size that are stated", async () => {
  for (const [file, { bytes, sha256: stated }] of Object.entries(checksums)) {
    const content = await readBytes(`${FOLDER}/${file}`, "genotype");
    assert.deepEqual([content.length, sha256(content)], [bytes, stated], file);
  }
});

Deno.test("an absent or changed genotype file is refused", async () => {
  const folder = await Deno.makeTempDir();
  try {
    await assert.rejects(genotypePath("map", { folder }), /chr20\.b37\.gmap\.gz: no such genotype file/);
    await Deno.writeTextFile(`${folder}/b1_train.csv`, "sample,population\n");
    await assert.rejects(
      b1Samples({ folder }),
      /b1_train\.csv: expected SHA-256 46c6d58b\w{56}, found \w{64}/,
    );
  } finally {
    await Deno.remove(folder, { recursive: true });
  }
});

Deno.test("B1 divides the samples, variants and windows of the reference as stated", async () => {
  const { b1 } = genotypeFigures();
  const { genotypes } = await readVcf(await genotypePath("reference"), { require: "phased" });
  const samples = await b1Samples();
  const { train, val, test } = samples;
  assert.deepEqual({ train: train.length, val: val.length, test: test.length }, b1.samples);
  assert.deepEqual([...train, ...val, ...test].sort(), [...genotypes.samples].sort());

  const { sites, targets, bin, altIsMajor } = await parts(genotypes, train);
  const { position, ref, alt } = genotypes.variants;
  assert.deepEqual([sites.length, targets.length], [b1.sites, b1.targets]);
  assert.equal(targets.filter((i) => ref[i]!.length > 1 || alt[i]!.length > 1).length, b1.indels);
  assert.deepEqual(byBin(targets.map((i) => bin[i]!)), b1.bins);

  const tested = genotypes.samples.flatMap((name, s) => test.includes(name) ? [2 * s, 2 * s + 1] : []);
  const minorAlleles = [0, 0, 0];
  const varying = [0, 0, 0];
  for (const window of b1.windows) {
    const chosen = targets.slice(window.block * b1.windowTargets, (window.block + 1) * b1.windowTargets);
    assert.deepEqual([position[chosen[0]!], position[chosen.at(-1)!]], window.targets);
    assert.deepEqual(byBin(chosen.map((i) => bin[i]!)), window.bins);
    const [first, last] = window.sites as [number, number];
    assert.equal(sites.filter((i) => position[i]! >= first && position[i]! <= last).length, b1.windowSites);
    for (const i of chosen) {
      const ones = tested.filter((column) => getBit(genotypes.alleles, i, column) === 1).length;
      minorAlleles[bin[i]!]! += altIsMajor[i] ? tested.length - ones : ones;
      if (ones > 0 && ones < tested.length) varying[bin[i]!]!++;
    }
  }
  assert.deepEqual([minorAlleles, varying], [b1.testMinorAlleles, b1.testVaryingTargets]);
});

Deno.test("B2 has the stated targets, and a truth for every variant of the reference", async () => {
  const { b2 } = genotypeFigures();
  const { genotypes: reference } = await readVcf(await genotypePath("reference"));
  const { genotypes: truth } = await readVcf(await genotypePath("truth"));
  const { genotypes: scaffold } = await readVcf(await genotypePath("scaffold"));
  assert.deepEqual({ reference: reference.samples.length, targets: truth.samples.length }, b2.samples);
  assert.deepEqual(scaffold.samples, truth.samples);
  assert.equal(truth.missing, null);
  const keys = ({ variants }: Genotypes) => Array.from(variants.position, (_, i) => variantKey(variants, i));
  assert.deepEqual(keys(truth), keys(reference));
  const { sites, targets, bin } = await parts(reference, reference.samples);
  assert.deepEqual([sites.length, targets.length], [b2.sites, b2.targets]);
  assert.deepEqual(byBin(targets.map((i) => bin[i]!)), b2.bins);
});

Deno.test("the genetic map covers the region", async () => {
  const map = await readGeneticMap(await genotypePath("map"), "20");
  assert.ok(map.centimorgans(4_000_000) - map.centimorgans(1_000_000) > 3);
});

Deno.test("every figure is of a known method and agrees with its parts", () => {
  const { source, methods, figures, regions } = genotypeFigures();
  assert.match(source, /Beagle 5\.4/);
  const headline = figures.filter(({ benchmark, part, level }) =>
    benchmark === "B1" && part === "test" && level === "haplotype"
  );
  assert.deepEqual(headline.map(({ model }) => model), Object.keys(methods));
  assert.equal(headline.find(({ model }) => model === "beagle")?.mean.toFixed(4), "0.9721");
  for (const { windows, mean, deviation, bins, model } of figures) {
    assert.ok(Math.abs(windows.reduce((a, b) => a + b) / 5 - mean) < 1e-5, model);
    const variance = windows.reduce((sum, r2) => sum + (r2 - mean) ** 2, 0) / 4;
    assert.ok(Math.abs(Math.sqrt(variance) - deviation) < 1e-5, model);
    assert.equal(bins.length, 3);
  }
  assert.deepEqual(new Set(regions.map(({ model }) => model)), new Set(["frequency", "beagle"]));
});
