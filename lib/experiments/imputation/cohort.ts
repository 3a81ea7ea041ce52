import { createHash } from "node:crypto";
import { join } from "node:path";
import {
  MAF_BINS,
  mafBin,
  meanTargetR2,
  minorR2,
  pooledR2,
  readBeagle,
  type ScoredByFrequency,
} from "../../baselines/mod.ts";
import {
  alleleCounts,
  genotypePath,
  getBit,
  parseRegion,
  readVcf,
  variantCount,
  variantKey,
} from "../../data/genotypes/mod.ts";
import type { Phasing } from "../../imputation/phasing.ts";
import { imputeFiles } from "../../imputation/run.ts";
import { DEFAULT_SETTINGS } from "../../imputation/settings.ts";
import { compileTime } from "../../engine/mod.ts";
import type { Json, RunIdentity, RunRecord } from "../../results/mod.ts";
import { ROOT } from "../../setup/paths.ts";
import { LOCAL_RECORDS } from "../profiles.ts";
import { recorded } from "../record.ts";

/** Benchmark B2: 101 people of other populations, from their array to all variants of a reference of 300. */
export interface CohortConfig {
  /** Such as 20:1300000-1500000; all of the reference without it. */
  region?: string;
  phasing: Phasing;
  seed: number;
  /** Training steps of a window; 0 keeps the default. */
  steps?: number;
  records?: string;
}

/** Where the imputed file of a configuration goes. */
export const cohortFile = ({ region, phasing, seed, steps }: CohortConfig): string =>
  join(
    ROOT,
    "results",
    "local",
    `cohort_${region?.replace(/\W/g, "-") ?? "all"}_${phasing}_${steps || "default"}_${seed}.vcf.gz`,
  );

const settingsOf = ({ seed, steps }: CohortConfig) => ({
  ...DEFAULT_SETTINGS,
  recipe: { ...DEFAULT_SETTINGS.recipe, seed, steps: steps || DEFAULT_SETTINGS.recipe.steps },
});

const files = (): Promise<[string, string, string]> =>
  Promise.all([genotypePath("reference"), genotypePath("scaffold"), genotypePath("map")]);

/** What the record of a configuration is known by. */
export async function cohortIdentity(config: CohortConfig): Promise<RunIdentity> {
  const { region, phasing, seed } = config;
  const { recipe: { seed: _, ...recipe }, ...rest } = settingsOf(config);
  return {
    experiment: "cohort",
    profile: "quick",
    model: "impute",
    data: { name: `b2-${region ?? "all"}`, sha256: await digest(await files()) },
    fold: null,
    seed,
    configuration: { ...rest, recipe, phasing } as unknown as Record<string, Json>,
  };
}

/** Imputes the cohort, if there is no record of it, and compares it with the truth. Undefined if it was stopped. */
export async function runCohort(config: CohortConfig): Promise<RunRecord | undefined> {
  const { region, phasing, records = LOCAL_RECORDS } = config;
  const settings = settingsOf(config);
  const [reference, targets, map] = await files();
  return await recorded(records, await cohortIdentity(config), async () => {
    const before = compileTime().milliseconds;
    const out = cohortFile(config);
    await Deno.mkdir(join(ROOT, "results", "local"), { recursive: true });
    const result = await imputeFiles({
      reference,
      targets,
      map,
      out,
      region: region === undefined ? undefined : parseRegion(region),
      phasing,
      settings,
      source: "SPIN workspace",
    });
    if (!result) return undefined;
    const compile = (compileTime().milliseconds - before) / 1000;
    const { phase, impute } = result.seconds;
    return {
      metrics: {
        ...cohortScores(await cohortTruth(out, config.region)),
        phaseSeconds: phase,
        imputeSeconds: impute,
      },
      seconds: { compile, train: phase + impute - compile, evaluate: 0 },
      steps: settings.recipe.steps * result.windows,
      parameters: 0,
      compiledBytes: null,
    };
  }, { own: true });
}

async function digest(paths: string[]): Promise<string> {
  const hash = createHash("sha256");
  for (const path of paths) hash.update(await Deno.readFile(path));
  return hash.digest("hex");
}

/** Imputed and true dosages, [variants, samples] turned round: [samples, variants]. */
export interface CohortTruth extends ScoredByFrequency {
  samples: string[];
}

/** What an imputed file and the truth say of the variants that were imputed and vary in the reference. */
export async function cohortTruth(file: string, region?: string): Promise<CohortTruth> {
  const stretch = region === undefined ? undefined : parseRegion(region);
  const [imputed, { genotypes: truth }, { genotypes: reference }] = await Promise.all([
    readBeagle(file),
    readVcf(await genotypePath("truth"), { region: stretch }),
    readVcf(await genotypePath("reference"), { region: stretch }),
  ]);
  const array = await arrayVariants();
  const counts = alleleCounts(reference);
  const all = 2 * reference.samples.length;
  const rowOf = new Map<string, number>(
    Array.from(
      imputed.positions,
      (position, i) => [`${position}:${imputed.ref[i]}:${imputed.alt[i]}`, i] as const,
    ),
  );
  const columns = imputed.samples.map((name) => truth.samples.indexOf(name));
  const kept = Array.from({ length: variantCount(truth) }, (_, i) => i).filter((i) =>
    counts[i]! > 0 && counts[i]! < all && !array.has(variantKey(truth.variants, i))
  );
  const samples = columns.length;
  const predicted = new Float32Array(samples * kept.length);
  const actual = new Uint8Array(samples * kept.length);
  kept.forEach((variant, t) => {
    const row = rowOf.get(variantKey(truth.variants, variant))!;
    columns.forEach((sample, s) => {
      predicted[s * kept.length + t] = imputed.dosage[row * samples + s]!;
      actual[s * kept.length + t] = getBit(truth.alleles, variant, 2 * sample) +
        getBit(truth.alleles, variant, 2 * sample + 1);
    });
  });
  return {
    predicted,
    truth: actual,
    targets: kept.length,
    bin: kept.map((i) => mafBin(counts[i]!, all)),
    altIsMajor: kept.map((i) => Number(2 * counts[i]! > all)),
    alleles: 2,
    samples: imputed.samples,
  };
}

/** The variants that the array has, as B2 counts them. */
async function arrayVariants(): Promise<Set<string>> {
  const { genotypes } = await readVcf(await genotypePath("scaffold"));
  return new Set(Array.from(genotypes.variants.position, (_, i) => variantKey(genotypes.variants, i)));
}

/** R² of dosages: over all, in minor-allele coding, by MAF bin and the mean of single variants. */
export function cohortScores(scored: ScoredByFrequency): Record<string, number> {
  const bins = MAF_BINS.map((_, bin) => [`bin${bin}`, minorR2([scored], bin)]);
  return {
    r2: pooledR2(scored),
    minorR2: minorR2([scored]),
    targetR2: meanTargetR2([scored]),
    targets: scored.targets,
    ...Object.fromEntries(bins),
  };
}
