import assert from "node:assert/strict";
import { gunzipSync, gzipSync } from "node:zlib";
import { readBeagle } from "../baselines/mod.ts";
import { vcfText } from "../data/genotypes/support_test.ts";
import {
  allele,
  isTyped,
  openCall,
  phasedCall,
  REFERENCE,
  SITES,
  TARGETS,
  typedSites,
  vcf,
  type Written,
} from "../imputation/support_test.ts";
import { runTool } from "../setup/command.ts";
import { inFolder, PHASED, stoppedAndContinued } from "./impute_support_test.ts";

const USUAL =
  "--reference ref.vcf.gz --targets array.vcf --out out.vcf.gz --phasing own --steps 60 --window 40";

/** Share of imputed genotypes that are the true ones. */
async function concordance(file: string): Promise<number> {
  const { positions, imputed, dosage, samples } = await readBeagle(file);
  let [right, all] = [0, 0];
  positions.forEach((at, i) => {
    if (!imputed[i]) return;
    const site = (at - 10_000) / 1_000;
    samples.forEach((_, s) => {
      const truth = allele(1000 + 2 * s, site) + allele(1001 + 2 * s, site);
      right += Number(Math.round(dosage[i * samples.length + s]!) === truth);
      all++;
    });
  });
  return right / all;
}

Deno.test("impute writes every variant of the reference, indexed, with the phase's origin in its header", () =>
  inFolder({}, async ({ imputeTask, path, names }) => {
    const { code, stdout, stderr } = await imputeTask(`${USUAL} --threads 1`);
    assert.equal(code, 0, stderr);
    assert.match(stdout, / \(1 thread, /);
    assert.match(stdout, /40 of the targets' 40 variants are used/);
    assert.match(stdout, /80 of 120 variants imputed in 6 samples, 2 windows/);
    assert.deepEqual(names(), ["array.vcf", "out.vcf.gz", "out.vcf.gz.tbi", "ref.vcf.gz"]);
    const text = gunzipSync(await Deno.readFile(path("out.vcf.gz"))).toString();
    assert.match(text, /^##phasing=pairs of copied reference haplotypes/m);
    assert.match(text, /^##settings=\{.*"steps":60/m);
    assert.match(text, /^##INFO=<ID=DR2/m);
    const rows = text.trimEnd().split("\n").filter((line) => !line.startsWith("#"));
    assert.equal(rows.length, SITES);
    assert.ok(
      rows.every((row) => row.includes("IMP") !== isTyped((Number(row.split("\t")[1]) - 10_000) / 1_000)),
    );
    const share = await concordance(path("out.vcf.gz"));
    assert.ok(share > 0.8, `concordance ${share}`);
  }));

Deno.test("BCF is written by bcftools, with the same records", async () => {
  const words = "--reference ref.vcf.gz --targets array.vcf --phasing own --fast";
  await inFolder({}, async ({ impute, path, names }) => {
    if (!await runTool("bcftools", ["--version"])) return;
    await impute(`${words} --out out.vcf.gz`);
    const { code, stderr } = await impute(`${words} --out out.bcf`);
    assert.equal(code, 0, stderr);
    assert.deepEqual(names(), [
      "array.vcf",
      "out.bcf",
      "out.bcf.csi",
      "out.vcf.gz",
      "out.vcf.gz.tbi",
      "ref.vcf.gz",
    ]);
    const recordsOf = async (name: string) => (await runTool("bcftools", ["view", "-H", path(name)]))!.stdout;
    assert.equal(await recordsOf("out.bcf"), await recordsOf("out.vcf.gz"));
  });
  await inFolder({}, async ({ impute, names }) => {
    const before = Deno.env.get("PATH")!;
    Deno.env.set("PATH", "/nowhere");
    const { code, stderr } = await impute(`${words} --out out.bcf`).finally(() =>
      Deno.env.set("PATH", before)
    );
    assert.equal(code, 1);
    assert.match(stderr, /BCF is written by bcftools, which was not found/);
    assert.deepEqual(names(), ["array.vcf", "ref.vcf.gz"]);
  });
});

Deno.test("impute keeps a model, uses it again, and gives the same bytes for the same seed", () =>
  inFolder({ "array.vcf": vcf(PHASED) }, async ({ impute, imputeTask, path }) => {
    const usual = USUAL.replace("own", "given");
    const first = await imputeTask(`${usual} --save model.safetensors`);
    assert.equal(first.code, 0, first.stderr);
    await impute(usual.replace("out.vcf.gz", "again.vcf.gz"));
    const loaded = await imputeTask(
      "--reference ref.vcf.gz --targets array.vcf --out loaded.vcf.gz --phasing given --model model.safetensors",
    );
    assert.equal(loaded.code, 0, loaded.stderr);
    const records = async (name: string) =>
      gunzipSync(await Deno.readFile(path(name))).toString().split("\n").filter((line) =>
        !line.startsWith("##")
      );
    assert.deepEqual(await records("again.vcf.gz"), await records("out.vcf.gz"));
    const [a, b] = [await readBeagle(path("out.vcf.gz")), await readBeagle(path("loaded.vcf.gz"))];
    a.dosage.forEach((value, i) => assert.ok(Math.abs(value - b.dosage[i]!) < 0.02));

    const loadedWith = async (sites: number[], out: string) => {
      await Deno.writeTextFile(path("other.vcf"), vcf({ ...PHASED, sites }));
      return await impute(
        `--reference ref.vcf.gz --targets other.vcf --out ${out} --phasing given --model model.safetensors`,
      );
    };
    // Some genotyped variants are lacking, and others are there.
    const other = await loadedWith(
      [...typedSites.filter((site) => site % 12 !== 0), 55, 56].sort((a, b) => a - b),
      "other.vcf.gz",
    );
    assert.equal(other.code, 0, other.stderr);
    assert.match(
      other.stdout,
      /trained with 40 genotyped variants, of which the targets have 30 \(the others are filled/,
    );
    assert.match(other.stdout, /; 10 variants that it does not know are imputed by the copying model alone/);
    assert.ok(await concordance(path("other.vcf.gz")) > 0.75);
    const few = await loadedWith(typedSites.filter((site) => site % 9 === 0), "few.vcf.gz");
    assert.equal(few.code, 1);
    assert.match(few.stderr, /the model was trained for other variants.*the targets have 14 of the 40/);
  }));

Deno.test("impute stopped by SIGINT goes on from the windows that are done, to the same bits", () =>
  stoppedAndContinued("SIGINT", 130));

Deno.test("impute --fast trains nothing, and reads targets from a pipe", () =>
  inFolder({}, async ({ path, startPiped }) => {
    const words = "--reference ref.vcf.gz --targets - --out out.vcf.gz --phasing own --fast";
    const { code, stdout, stderr } = await startPiped(words, gzipSync(vcf(TARGETS)));
    assert.equal(code, 0, stderr);
    assert.match(stdout, /80 of 120 variants imputed/);
    assert.match(
      gunzipSync(await Deno.readFile(path("out.vcf.gz"))).toString(),
      /^##imputation=the copying model/m,
    );
    assert.ok(await concordance(path("out.vcf.gz")) > 0.8);
  }));

const swapped: Written = {
  ...PHASED,
  alleles: (site) => site === 3 ? "C A" : "A C",
  call: (row, site) =>
    site === 3 ? `${1 - allele(row, site)}|${1 - allele(row + 1, site)}` : phasedCall(row, site),
};

Deno.test("impute turns swapped alleles round, and counts them", () =>
  inFolder({ "array.vcf": vcf(swapped) }, async ({ impute }) => {
    const { code, stdout, stderr } = await impute(USUAL.replace("own", "given").replace("60", "2"));
    assert.equal(code, 0, stderr);
    assert.match(stdout, /1 .*exchanged|swapped/i);
  }));

const half = vcf(PHASED).replace(/(\t)([01])\|[01]\n/, "$1$2/.\n");
const WRONG: [string, Record<string, string | Uint8Array>, string, RegExp][] = [
  [
    "truncated gzip",
    { "ref.vcf.gz": gzipSync(vcf(REFERENCE)).subarray(0, 900) },
    USUAL,
    /ref\.vcf\.gz.*cut short/,
  ],
  ["no samples", { "array.vcf": vcfText([], []) }, USUAL, /array\.vcf.*samples/],
  [
    "another build",
    { "array.vcf": vcf({ ...PHASED }).replace(/\t(\d+)\trs/g, (_, p) => `\t${Number(p) + 7}\trs`) },
    USUAL,
    /build/,
  ],
  ["another chromosome", { "array.vcf": vcf({ ...PHASED, contig: "21" }) }, USUAL, /21/],
  [
    "unsorted positions",
    { "array.vcf": vcf({ ...PHASED, sites: [...typedSites].reverse() }) },
    USUAL,
    /array\.vcf, line \d+: positions decrease/,
  ],
  ["a region beyond the data", {}, `${USUAL} --region 20:50000000-60000000`, /region|covers|no record/i],
  [
    "an unphased reference",
    { "ref.vcf.gz": gzipSync(vcf({ ...REFERENCE, call: openCall })) },
    USUAL,
    /phased/,
  ],
  ["a region that is none", {}, `${USUAL} --region twenty:1-`, /region/],
  ["a phasing that is none", {}, USUAL.replace("own", "owm"), /--phasing.*own/],
  [
    "given phase that is not there",
    {},
    USUAL.replace("own", "given"),
    /expected every heterozygous genotype phased/,
  ],
  [
    "standard input that is named twice",
    {},
    USUAL.replace("ref.vcf.gz", "-").replace("array.vcf", "-"),
    /--reference and --targets are both standard input/,
  ],
  ["an output over an input", {}, USUAL.replace("out.vcf.gz", "ref.vcf.gz"), /same file/],
];

for (const [what, files, words, message] of WRONG) {
  Deno.test(`impute tells ${what} in one message and writes nothing`, () =>
    inFolder(files, async ({ impute, names }) => {
      const before = names();
      const { code, stderr } = await impute(words);
      assert.equal(code, 1, stderr);
      assert.match(stderr, message);
      assert.ok(!/^\s+at /m.test(stderr), stderr);
      assert.deepEqual(names(), before);
    }));
}

Deno.test("impute tells before the work that its index cannot be written", () =>
  inFolder({}, async ({ impute, path, names }) => {
    for (const [out, index] of [["out.vcf.gz", "out.vcf.gz.tbi"], ["out.bcf", "out.bcf.csi"]]) {
      await Deno.mkdir(path(index!));
      const before = names();
      const { code, stderr } = await impute(USUAL.replace("out.vcf.gz", out!));
      assert.equal(code, 1);
      assert.match(stderr, /--out .*: expected a file, found a folder or device/);
      assert.deepEqual(names(), before);
    }
  }));

Deno.test("impute counts a half-missing call as missing and fills it", () =>
  inFolder({ "array.vcf": half }, async ({ impute }) => {
    const { code, stderr } = await impute(USUAL.replace("own", "given").replace("60", "2"));
    assert.equal(code, 0, stderr);
  }));
