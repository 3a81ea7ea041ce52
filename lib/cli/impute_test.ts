import assert from "node:assert/strict";
import { join } from "node:path";
import { gunzipSync, gzipSync } from "node:zlib";
import { readBeagle } from "../baselines/mod.ts";
import { vcfText } from "../data/genotypes/support_test.ts";
import { ROOT } from "../paths.ts";
import { IMPUTE, runImpute } from "./impute.ts";
import { type CommandOutcome, performIn } from "./support_test.ts";

const SITES = 120;
const FOUNDERS = 8;
const names = (prefix: string, n: number) => Array.from({ length: n }, (_, i) => `${prefix}${i}`);
/** A number from 0 to 1 that looks random. */
const hash = (a: number, b: number) => {
  const x = Math.sin(a * 127.1 + b * 311.7) * 43758.5453;
  return x - Math.floor(x);
};
/** Haplotype `row` copies one founder on the left half and another one on the right half. */
const allele = (row: number, site: number) => {
  const founder = Math.floor(hash(row, site < SITES / 2 ? 1 : 2) * FOUNDERS);
  return hash(founder + 17, site) < 0.35 ? 1 : 0;
};
const position = (site: number) => 10_000 + 1_000 * site;
const isTyped = (site: number) => site % 3 === 0;

interface Written {
  samples: string[];
  first: number;
  sites: number[];
  call: (row: number, site: number) => string;
  alleles?: (site: number) => string;
  contig?: string;
}

function vcf({ samples, first, sites, call, alleles = () => "A C", contig = "20" }: Written): string {
  const records = sites.map((site) =>
    [contig, position(site), `rs${site}`, alleles(site), ". PASS . GT"].join(" ") + " " +
    samples.map((_, s) => call(first + 2 * s, site)).join(" ")
  );
  return vcfText(samples, records, [`##contig=<ID=${contig},length=63025520>`]);
}

const everySite = Array.from({ length: SITES }, (_, site) => site);
const typedSites = everySite.filter(isTyped);
const phasedCall = (row: number, site: number) => `${allele(row, site)}|${allele(row + 1, site)}`;
const openCall = (row: number, site: number) =>
  row === 1000 && site === 30 ? "./." : ["0/0", "0/1", "1/1"][allele(row, site) + allele(row + 1, site)]!;
const REFERENCE: Written = { samples: names("R", 40), first: 0, sites: everySite, call: phasedCall };
const TARGETS: Written = { samples: names("T", 6), first: 1000, sites: typedSites, call: openCall };
const PHASED: Written = { ...TARGETS, call: phasedCall };

const USUAL =
  "--reference ref.vcf.gz --targets array.vcf --out out.vcf.gz --phasing own --steps 60 --window 40";

interface Place {
  /** Runs the command here, in this process. */
  impute(words: string): Promise<CommandOutcome>;
  /** Runs `deno task impute` here, as a user types it. */
  imputeTask(words: string): Promise<CommandOutcome>;
  start(words: string): Deno.ChildProcess;
  path(name: string): string;
  names(): string[];
}

async function inFolder(
  files: Record<string, string | Uint8Array>,
  test: (place: Place) => Promise<void>,
): Promise<void> {
  const folder = await Deno.makeTempDir();
  const path = (name: string) => join(folder, name);
  const all = { "ref.vcf.gz": gzipSync(vcf(REFERENCE)), "array.vcf": vcf(TARGETS), ...files };
  for (const [name, content] of Object.entries(all)) {
    await Deno.writeFile(
      path(name),
      typeof content === "string" ? new TextEncoder().encode(content) : content,
    );
  }
  const start = (words: string) =>
    new Deno.Command(Deno.execPath(), {
      args: ["task", "--quiet", "--config", join(ROOT, "deno.json"), "impute", ...words.split(" ")],
      cwd: folder,
      env: { NO_COLOR: "1" },
      stdout: "piped",
      stderr: "piped",
    }).spawn();
  try {
    await test({
      path,
      start,
      names: () => [...Deno.readDirSync(folder)].map(({ name }) => name).sort(),
      impute: (words) => performIn(folder, IMPUTE, runImpute, words.split(" ")),
      async imputeTask(words) {
        const { code, stdout, stderr } = await start(words).output();
        const text = (bytes: Uint8Array) => new TextDecoder().decode(bytes);
        return { code, stdout: text(stdout), stderr: text(stderr) };
      },
    });
  } finally {
    await Deno.remove(folder, { recursive: true });
  }
}

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
    const { code, stdout, stderr } = await imputeTask(USUAL);
    assert.equal(code, 0, stderr);
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

    await Deno.writeTextFile(path("fewer.vcf"), vcf({ ...PHASED, sites: typedSites.slice(2) }));
    const other = await impute(
      "--reference ref.vcf.gz --targets fewer.vcf --out other.vcf.gz --phasing given --model model.safetensors",
    );
    assert.equal(other.code, 1);
    assert.match(other.stderr, /the model was trained for other variants/);
  }));

Deno.test("impute stopped by an interrupt goes on from the windows that are done", () =>
  inFolder({ "array.vcf": vcf(PHASED) }, async ({ start, impute, names, path }) => {
    const long = "--reference ref.vcf.gz --targets array.vcf --out out.vcf.gz --steps 100 --window 20";
    const child = start(long);
    const output = child.output();
    while (
      !names().includes("out.vcf.gz.parts") ||
      ![...Deno.readDirSync(path("out.vcf.gz.parts"))].some(({ name }) => name.endsWith(".f32"))
    ) await new Promise((resolve) => setTimeout(resolve, 50));
    child.kill("SIGINT");
    const { code } = await output;
    assert.equal(code, 130);
    assert.ok(!names().includes("out.vcf.gz"));
    const kept = [...Deno.readDirSync(path("out.vcf.gz.parts"))].filter(({ name }) =>
      name.endsWith(".f32")
    ).length;
    assert.ok(kept >= 1 && kept < 4);
    const again = await impute(long);
    assert.equal(again.code, 0, again.stderr);
    assert.deepEqual(names(), ["array.vcf", "out.vcf.gz", "out.vcf.gz.tbi", "ref.vcf.gz"]);
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

Deno.test("impute counts a half-missing call as missing and fills it", () =>
  inFolder({ "array.vcf": half }, async ({ impute }) => {
    const { code, stderr } = await impute(USUAL.replace("own", "given").replace("60", "2"));
    assert.equal(code, 0, stderr);
  }));
