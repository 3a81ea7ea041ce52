/** People sequenced at low coverage: reads are drawn from known genotypes, and imputed by likelihoods or by the calls they allow. */
import { join } from "node:path";
import { gzipSync } from "node:zlib";
import { threefryUniform } from "@spin/xla/threefry";
import { MAF_BINS } from "../../baselines/mod.ts";
import { genotypePath, type Genotypes, getBit, parseRegion, readVcf } from "../../data/genotypes/mod.ts";
import { columnLine } from "../../data/genotypes/vcf_header.ts";
import { writeAtomic } from "../../files.ts";
import { imputeFiles } from "../../imputation/run.ts";
import { DEFAULT_SETTINGS } from "../../imputation/settings.ts";
import { LOCAL } from "../../paths.ts";
import { cell, type RunRecord, type TableView } from "../../results/mod.ts";
import {
  asJson,
  type ExecuteOptions,
  type Experiment,
  type Outcome,
  recordsOf,
  type Report,
  type Run,
  runOf,
  type Settings,
  settingsOf,
  untrained,
} from "../experiment.ts";
import { type CohortDetails, cohortScores, genotypeDigest, r2Texts, scoredFile } from "./cohort.ts";
const INPUTS = ["likelihoods", "calls"] as const;
type Input = (typeof INPUTS)[number];

interface LowCoverageSettings extends Settings {
  /** Such as 20:1300000-1500000. */
  region: string;
  /** Reads that a person has of a variant, on average. */
  depths: number[];
  /** What the imputation is given: `likelihoods` (PL), or genotypes where one has 90 % of them. */
  inputs: string[];
  /** The share of reads that show the other allele. */
  error: number;
  seed: number;
}

const settings = settingsOf<LowCoverageSettings>(
  () => ({
    region: "20:2400000-2600000",
    depths: [1, 2, 4],
    inputs: [...INPUTS],
    error: 0.01,
    seed: 0,
  }),
  { inputs: INPUTS },
);

async function runs(chosen: LowCoverageSettings): Promise<Run<CohortDetails>[]> {
  parseRegion(chosen.region);
  const { region, depths, inputs, error, seed } = chosen;
  const sha256 = await genotypeDigest("reference", "truth", "map");
  return depths.flatMap((depth) =>
    INPUTS.filter((input) => inputs.includes(input)).map((input) =>
      runOf({
        experiment: "low-coverage",
        words: [region, depth, input],
        data: `${region}, ${depth} reads`,
        model: input,
        of: { name: `b2-${region}`, sha256 },
        seed,
        configuration: asJson({ depth, error, ne: DEFAULT_SETTINGS.ne, mismatch: DEFAULT_SETTINGS.mismatch }),
        execute: (options: ExecuteOptions) => execute(chosen, depth, input, options),
      })
    )
  );
}

async function execute(
  { region, error, seed }: LowCoverageSettings,
  depth: number,
  input: Input,
  { signal }: ExecuteOptions,
): Promise<Outcome<CohortDetails> | undefined> {
  await Deno.mkdir(LOCAL, { recursive: true });
  const path = (name: string) =>
    join(LOCAL, `low-coverage_${region.replace(/\W/g, "-")}_${depth}_${input}_${seed}${name}.vcf.gz`);
  const there = parseRegion(region);
  const { genotypes } = await readVcf(await genotypePath("truth"), { region: there });
  const [targets, out] = [path("_reads"), path("")];
  await writeAtomic(targets, gzipSync(sequencedVcf(genotypes, { depth, error, seed }, input)));
  try {
    const result = await imputeFiles({
      reference: await genotypePath("reference"),
      targets,
      map: await genotypePath("map"),
      out,
      region: there,
      phasing: "own",
      settings: { ...DEFAULT_SETTINGS, weight: 0 },
      source: "SPIN workspace",
      signal,
    });
    if (!result) return undefined;
    const { phase, impute } = result.seconds;
    return { ...cohortScores(await scoredFile(out, there)), ...untrained({ evaluate: phase + impute }) };
  } finally {
    for (const file of [targets, out, `${out}.tbi`]) await Deno.remove(file).catch(() => {});
  }
}

/** The cumulated chances of 0, 1, 2, ... reads. */
function readCounts(depth: number): number[] {
  const sums = [Math.exp(-depth)];
  for (let n = 1, chance = sums[0]!; sums.at(-1)! < 1 - 1e-9 && n < 1000; n++) {
    chance *= depth / n;
    sums.push(sums.at(-1)! + chance);
  }
  return sums;
}

/** The name of the random numbers. */
const READS = 1;
/** A share of the likelihoods from which on a genotype is called. */
const SURE = 0.9;

/**
 * A VCF of people of whom reads are drawn from their genotypes: their number from a Poisson distribution, each with one of the two
 * alleles, or with an error the other one.
 *
 * @param input likelihoods as PL, or GT where one genotype has 90 % of them
 */
export function sequencedVcf(
  { contig, samples, variants, alleles }: Genotypes,
  { depth, error, seed }: { depth: number; error: number; seed: number },
  input: Input,
): string {
  const counts = readCounts(depth);
  const rows = Array.from(variants.position, (position, i) => {
    const numbers = threefryUniform(seed, READS, i, samples.length * 2 * counts.length);
    const cells = samples.map((_, s) => {
      const own = numbers.subarray(s * 2 * counts.length, (s + 1) * 2 * counts.length);
      const found = counts.findIndex((sum) => own[0]! < sum);
      const reads = found < 0 ? counts.length - 1 : found;
      const share = (getBit(alleles, i, 2 * s) + getBit(alleles, i, 2 * s + 1)) / 2;
      const chance = share * (1 - error) + (1 - share) * error;
      const alt = own.subarray(1, 1 + reads).filter((u) => u < chance).length;
      return cellOf(reads - alt, alt, error, input);
    });
    const format = input === "likelihoods" ? "PL" : "GT";
    const fixed = [contig, position, ".", variants.ref[i], variants.alt[i], ".", "PASS", ".", format];
    return [...fixed, ...cells].join("\t");
  });
  return `${["##fileformat=VCFv4.2", columnLine(samples), ...rows].join("\n")}\n`;
}

function cellOf(ref: number, alt: number, error: number, input: Input): string {
  const logs = [[1 - error, error], [0.5, 0.5], [error, 1 - error]].map(([r, a]) =>
    ref * Math.log10(r!) + alt * Math.log10(a!)
  );
  const best = Math.max(...logs);
  if (input === "likelihoods") return logs.map((log) => Math.round(10 * (best - log))).join(",");
  const weights = logs.map((log) => 10 ** (log - best));
  const sure = weights.findIndex((weight) => weight >= SURE * weights.reduce((a, b) => a + b));
  return ["./.", "0/0", "0/1", "1/1"][sure + 1]!;
}

type LowCoverageRecord = RunRecord<CohortDetails>;

const depthOf = ({ configuration }: LowCoverageRecord) => configuration["depth"] as number;

function table(runs: readonly LowCoverageRecord[]): TableView {
  const sorted = runs.toSorted((a, b) =>
    depthOf(a) - depthOf(b) || INPUTS.indexOf(a.model as Input) - INPUTS.indexOf(b.model as Input)
  );
  return {
    title: "People sequenced at low coverage: R² of dosages",
    head: ["reads, input", "R²", "minor alleles", ...MAF_BINS, "single variants", "variants"],
    rows: sorted.map((run) => ({
      label: `${depthOf(run)}, ${run.model}`,
      cells: [...r2Texts(run), String(run.metrics["targets"])].map((text) => cell(text)),
    })),
    notes: [
      "Reads of a variant that a person has on average, drawn from B2's 101 people with errors of 1 %. likelihoods: PL; calls: genotypes where one " +
      "has 90 % of the likelihoods, else missing. The copying model alone, all variants that vary in the reference.",
    ],
  };
}

function verdictOf(runs: readonly LowCoverageRecord[]): string {
  return [...Map.groupBy(runs, depthOf)].sort(([a], [b]) => a - b).flatMap(([depth, own]) => {
    const of = (input: Input) => own.find(({ model }) => model === input)?.metrics["r2"];
    const [soft, hard] = [of("likelihoods"), of("calls")];
    if (typeof soft !== "number" || typeof hard !== "number") return [];
    return [
      `- At a depth of ${depth}: R² ${soft.toFixed(4)} by likelihoods, ${hard.toFixed(4)} by sure calls.`,
    ];
  }).join("\n");
}

function report(records: readonly RunRecord[]): Report {
  const own = recordsOf<LowCoverageRecord>(records, "low-coverage");
  return { tables: { scores: table(own) }, figures: {}, verdict: verdictOf(own) };
}

/** Imputation of B2's targets from few reads, by likelihoods of genotypes and by calls. */
export const lowCoverage: Experiment<LowCoverageSettings, CohortDetails> = {
  name: "low-coverage",
  notebook: "07_genotype_imputation",
  settings,
  runs,
  report,
  changesOf: ({ data, seed, model, configuration }) => ({
    region: data.name.slice("b2-".length),
    depths: [configuration["depth"] as number],
    inputs: [model],
    error: configuration["error"] as number,
    seed,
  }),
};
