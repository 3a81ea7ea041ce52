/** Benchmark B2: 101 people of other populations, imputed from their array to all variants of a reference of 300. */
import { createHash } from "node:crypto";
import { join } from "node:path";
import {
  findBeagle,
  MAF_BINS,
  mafBin,
  meanTargetR2,
  minorR2,
  plinkMap,
  pooledR2,
  readBeagle,
  runBeagle,
  type ScoredByFrequency,
} from "../../baselines/mod.ts";
import {
  alleleCounts,
  genotypeFigures,
  genotypePath,
  getBit,
  parseRegion,
  readGeneticMap,
  readVcf,
  type Region,
  variantCount,
  variantKey,
} from "../../data/genotypes/mod.ts";
import { knownName } from "../../data/nearest.ts";
import { compileTime } from "../../engine/mod.ts";
import { type Phasing, PHASINGS } from "../../imputation/phasing.ts";
import { imputeFiles } from "../../imputation/run.ts";
import { DEFAULT_SETTINGS } from "../../imputation/settings.ts";
import { LOCAL } from "../../paths.ts";
import { type Figure, scatter } from "../../plots/mod.ts";
import { formatDuration } from "../../progress/format.ts";
import { cell, NOTHING, type RunRecord, type TableView } from "../../results/mod.ts";
import {
  asJson,
  changed,
  type Changes,
  type ExecuteOptions,
  type Experiment,
  type Outcome,
  recordsOf,
  type Report,
  type Run,
  runOf,
  type Settings,
  untrained,
} from "../experiment.ts";
import type { Profile } from "../profiles.ts";

/** `impute` is the default of `task impute`, `fast` its copying model alone; `beagle` needs Beagle and Java. */
const METHODS = ["impute", "fast", "beagle"] as const;
type Method = (typeof METHODS)[number];

interface CohortSettings extends Settings {
  /** Names out of `METHODS`. */
  methods: string[];
  /** Such as 20:1300000-1500000; "all" for all of the reference. */
  region: string;
  /** Where the targets' haplotypes come from. */
  phasing: Phasing;
  seed: number;
  /** Training steps of a window; 0 for the default of `task impute`. */
  steps: number;
}

/** R² of dosages by MAF bin; null where nothing varies. */
export type CohortDetails = { bins: (number | null)[] } | {
  bins: (number | null)[];
  /** Which Beagle it was: no part of a run's identity, so that its record is found where there is none. */
  beagle: { version: string; threads: number };
};

const ALL = "all";
const CONTIG = "20";

/** The settings of a profile with changes: a thirtieth of the region, or all of it. @throws UserError for what there is not */
function settings(profile: Profile, changes?: Changes<CohortSettings>): CohortSettings {
  const chosen = changed<CohortSettings>(
    {
      profile,
      methods: ["impute"],
      region: profile === "quick" ? "20:2500000-2600000" : ALL,
      phasing: profile === "quick" ? "own" : "auto",
      seed: 0,
      steps: 0,
    },
    changes,
    { methods: METHODS },
  );
  knownName(chosen.phasing, PHASINGS, "phasing: there is no");
  if (chosen.region !== ALL) parseRegion(chosen.region);
  return chosen;
}

/** What a region of the files is read by; undefined for all of them. */
const regionOf = ({ region }: CohortSettings) => region === ALL ? undefined : parseRegion(region);

/** Where the imputed file of a method goes. */
const fileOf = ({ region, phasing, seed, steps }: CohortSettings, method: Method = "impute"): string => {
  const words = ["cohort", region.replace(/\W/g, "-"), phasing, steps || "default", seed];
  return join(LOCAL, `${[...words, ...method === "impute" ? [] : [method]].join("_")}.vcf.gz`);
};

const recipeOf = ({ seed, steps }: CohortSettings) => ({
  ...DEFAULT_SETTINGS.recipe,
  seed,
  steps: steps || DEFAULT_SETTINGS.recipe.steps,
});

const FILES = ["reference", "scaffold", "map"] as const;

const files = async () =>
  await Promise.all(FILES.map((name) => genotypePath(name))) as [string, string, string];

async function runs(chosen: CohortSettings): Promise<Run<CohortDetails>[]> {
  const { region, phasing, seed, methods } = chosen;
  const { seed: _, ...recipe } = recipeOf(chosen);
  const of = { name: `b2-${region}`, sha256: await genotypeDigest(...FILES) };
  const beagle = methods.includes("beagle") ? await findBeagle() : undefined;
  const configurations: Record<Method, object> = {
    impute: { ...DEFAULT_SETTINGS, recipe, phasing },
    fast: { ...DEFAULT_SETTINGS, weight: 0, recipe, phasing },
    beagle: {},
  };
  return METHODS.filter((method) => methods.includes(method)).map((method) =>
    runOf({
      experiment: "cohort",
      words: [region, ...method === "impute" ? [] : [method]],
      data: region,
      model: method,
      of,
      seed,
      configuration: asJson(configurations[method]),
      own: method === "impute",
      needs: method === "beagle" && beagle && !beagle.found ? beagle.how : undefined,
      execute: (options) => execute(chosen, method, options),
    })
  );
}

/** Imputes the cohort and compares it with the truth. Stopped work goes on from the windows that it has. */
async function execute(
  chosen: CohortSettings,
  method: Method,
  { signal }: ExecuteOptions,
): Promise<Outcome<CohortDetails> | undefined> {
  const out = fileOf(chosen, method);
  await Deno.mkdir(LOCAL, { recursive: true });
  const before = compileTime().milliseconds;
  const start = performance.now();
  const done = method === "beagle"
    ? await beagleFile(chosen, out)
    : await ownFile(chosen, out, method === "fast", signal);
  if (!done) return undefined;
  const seconds = (performance.now() - start) / 1000;
  const compile = (compileTime().milliseconds - before) / 1000;
  const { metrics, details } = cohortScores(await scoredFile(out, regionOf(chosen), await arrayVariants()));
  return {
    metrics: { ...metrics, seconds, ...done.metrics },
    details: { ...details, ...done.details },
    ...untrained({ compile, train: seconds - compile }),
    steps: done.steps,
  };
}

/** The file as `task impute` makes it. */
async function ownFile(chosen: CohortSettings, out: string, fast: boolean, signal: AbortSignal | undefined) {
  const [reference, targets, map] = await files();
  const recipe = recipeOf(chosen);
  const result = await imputeFiles({
    reference,
    targets,
    map,
    out,
    region: regionOf(chosen),
    phasing: chosen.phasing,
    settings: { ...DEFAULT_SETTINGS, ...fast ? { weight: 0 } : {}, recipe },
    source: "SPIN workspace",
    signal,
  });
  if (!result) return undefined;
  const { seconds: { phase, impute }, windows } = result;
  return {
    metrics: { phaseSeconds: phase, imputeSeconds: impute },
    details: {},
    steps: fast ? 0 : recipe.steps * windows,
  };
}

/** The file as Beagle makes it, which phases as well. */
async function beagleFile({ region, seed }: CohortSettings, out: string) {
  const [reference, targets, map] = await files();
  const plain = `${out}.map`;
  const threads = navigator.hardwareConcurrency;
  const beagle = await findBeagle();
  try {
    await runBeagle({
      reference,
      targets,
      map: await plinkMap(await readGeneticMap(map, CONTIG), plain, CONTIG),
      out: out.replace(/\.vcf\.gz$/, ""),
      threads,
      seed,
      options: region === ALL ? {} : { chrom: region },
    });
    const version = beagle.found ? beagle.version : "unknown";
    return { metrics: {}, details: { beagle: { version, threads } }, steps: 0 };
  } finally {
    await Deno.remove(plain).catch(() => {});
  }
}

export const cohort: Experiment<CohortSettings, CohortDetails> = {
  name: "cohort",
  notebook: "07_genotype_imputation",
  settings,
  runs,
  report,
  changesOf: ({ data, model, seed, configuration }) => ({
    methods: [model],
    region: data.name.slice("b2-".length),
    seed,
    ...model === "beagle" ? {} : {
      phasing: configuration["phasing"] as Phasing,
      steps: (configuration["recipe"] as { steps: number }).steps,
    },
  }),
};

/** SHA-256 of some of B2's files, one after the other. */
export async function genotypeDigest(...names: Parameters<typeof genotypePath>[0][]): Promise<string> {
  const hash = createHash("sha256");
  for (const name of names) hash.update(await Deno.readFile(await genotypePath(name)));
  return hash.digest("hex");
}

/**
 * What the imputed file of a run and the truth say of the variants that were imputed and vary in the reference.
 *
 * @throws UserError if it was not imputed on this machine
 */
export const cohortTruth = async (chosen: CohortSettings): Promise<ScoredByFrequency> =>
  await scoredFile(fileOf(chosen), regionOf(chosen), await arrayVariants());

/** An imputed file of B2's targets beside the truth, at the variants that vary in the reference and are not among some keys. */
export async function scoredFile(
  path: string,
  region: Region | undefined,
  without: ReadonlySet<string> = new Set(),
): Promise<ScoredByFrequency> {
  const [imputed, { genotypes: truth }, { genotypes: reference }] = await Promise.all([
    readBeagle(path),
    readVcf(await genotypePath("truth"), { region }),
    readVcf(await genotypePath("reference"), { region }),
  ]);
  const counts = alleleCounts(reference);
  const all = 2 * reference.samples.length;
  const rowOf = rowsByKey(imputed);
  const columns = imputed.samples.map((name) => truth.samples.indexOf(name));
  const kept = Array.from({ length: variantCount(truth) }, (_, i) => i).filter((i) =>
    counts[i]! > 0 && counts[i]! < all && !without.has(variantKey(truth.variants, i))
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
  };
}

/** The rows of a file that Beagle wrote by `variantKey`. */
export const rowsByKey = ({ positions, ref, alt }: Awaited<ReturnType<typeof readBeagle>>) =>
  new Map(Array.from(positions, (position, i) => [`${position}:${ref[i]}:${alt[i]}`, i]));

/** The variants that the array has, as B2 counts them. */
async function arrayVariants(): Promise<Set<string>> {
  const { genotypes } = await readVcf(await genotypePath("scaffold"));
  return new Set(Array.from(genotypes.variants.position, (_, i) => variantKey(genotypes.variants, i)));
}

/** R² of dosages: over all, in minor-allele coding, also by MAF bin, and the mean of single variants. */
export function cohortScores(
  scored: ScoredByFrequency,
): { metrics: Record<string, number>; details: CohortDetails } {
  return {
    metrics: {
      r2: pooledR2(scored),
      minorR2: minorR2(scored),
      targetR2: meanTargetR2(scored),
      targets: scored.targets,
    },
    details: { bins: MAF_BINS.map((_, bin) => minorR2(scored, bin)) },
  };
}

/** R², in minor-allele coding, by MAF bin and of single variants, as cells of a table. */
export const r2Texts = ({ metrics, details }: RunRecord<CohortDetails>): string[] =>
  [metrics["r2"], metrics["minorR2"], ...details.bins, metrics["targetR2"]].map(shown);

const shown = (value: number | null | undefined): string =>
  value === null || value === undefined || Number.isNaN(value) ? NOTHING : value.toFixed(4);

const isWhole = ({ data }: CohortRecord): boolean => data.name === `b2-${ALL}`;
const titleOf = (run: CohortRecord): string => isWhole(run) ? "3 Mb" : run.data.name.slice("b2-".length);

/** Measured figures of other methods on the whole region. */
const figures = () =>
  genotypeFigures().regions.filter(({ benchmark, level }) => benchmark === "B2" && level === "dosage");

type CohortRecord = RunRecord<CohortDetails>;

/** R² of dosages of a cohort, beside stored figures where the whole region was imputed and the method was not run. */
function scoreTable(runs: readonly CohortRecord[]): TableView {
  const isRun = (method: string) => runs.some((run) => isWhole(run) && run.model === method);
  const ours = runs.map((run) => {
    const { metrics, configuration, seed, model } = run;
    const { phaseSeconds, imputeSeconds, seconds } = metrics;
    const beagle = model === "beagle";
    const how = `${model === "fast" ? "--fast, " : ""}phase: ${configuration["phasing"]}, seed ${seed}`;
    return {
      label: `${titleOf(run)}, ${beagle ? "Beagle, run here" : how}`,
      cells: [
        ...r2Texts(run),
        String(metrics["targets"]),
        beagle ? NOTHING : `${formatDuration(phaseSeconds!)} + ${formatDuration(imputeSeconds!)}`,
        typeof seconds === "number" ? formatDuration(seconds) : NOTHING,
      ].map((text) => cell(text)),
    };
  });
  const others = runs.some(isWhole) ? figures().filter(({ model }) => !isRun(model)) : [];
  const theirs = others.map(({ model, r2, minor, bins, perTarget }) => ({
    label: `3 Mb, ${genotypeFigures().methods[model]!.name}`,
    cells: [...[r2, minor, ...bins, perTarget].map(shown), NOTHING, NOTHING, NOTHING]
      .map((text) => cell(text)),
  }));
  return {
    title: "101 people imputed from their array: R² of dosages",
    head: [
      "run",
      "R²",
      "minor alleles",
      ...MAF_BINS,
      "single variants",
      "variants",
      "phasing + imputing",
      "file to file",
    ],
    rows: [...ours, ...theirs],
    notes: [
      "Squared correlation of imputed and true dosages over all people and imputed variants that vary in the reference; minor alleles: counted by " +
      "the rarer allele; by its frequency in the reference; single variants: mean of those that vary in the truth.",
      "File to file: reading, compiling and writing included.",
      ...(theirs.length > 0
        ? ["Figures without a time come from data/genotypes/classical.json: the same files."]
        : []),
    ],
  };
}

/** Most points that a figure has. */
const POINTS = 180;

/** Imputed against true dosages: variants and people drawn evenly, true values moved a little apart to be seen. */
export function dosageFigure({ predicted, truth }: ScoredByFrequency): Figure {
  const names = ["0 copies of ALT", "1 copy", "2 copies"];
  const groups = [0, 1, 2].map((dosage) =>
    [...truth as Uint8Array].flatMap((t, i) => t === dosage ? [i] : [])
  );
  const points = groups.flatMap((members, dosage) => {
    const most = POINTS / groups.length;
    const step = Math.max(1, members.length / most);
    return Array.from({ length: Math.min(most, members.length) }, (_, k) => ({
      series: names[dosage]!,
      x: dosage + 0.7 * ((k * 0.618034) % 1 - 0.5),
      y: predicted[members[Math.floor(k * step)]!]!,
    }));
  });
  return scatter(points, {
    title: "Imputed against true dosage",
    subtitle: "as many points of each true dosage, so that errors can be seen; most genotypes are 0",
    x: { label: "true dosage" },
    y: { label: "imputed dosage" },
  });
}

/** What the numbers say of the whole region. Times are compared where Beagle was run on a machine of the same kind. */
function verdictOf(runs: readonly CohortRecord[]): string {
  const stored = figures().find(({ model }) => model === "beagle")!.r2;
  const whole = runs.filter(isWhole);
  const beagle = whole.find(({ model }) => model === "beagle");
  return whole.filter((run) => run !== beagle).map(({ metrics, seed, model, environment }) => {
    const difference = metrics["r2"]! - (beagle?.metrics["r2"] ?? stored);
    const [own, its] = [metrics["seconds"], beagle?.metrics["seconds"]];
    const alike = beagle?.environment.cpu === environment.cpu &&
      beagle.environment.cores === environment.cores;
    const time = own && its && alike ? `, in ${(own / its).toFixed(1)} times its time from file to file` : "";
    const beside = `${Math.abs(difference).toFixed(4)} ${difference > 0 ? "above" : "below"}`;
    return `- 3 Mb${model === "fast" ? ", --fast" : ""}, seed ${seed}: R² of dosages ` +
      `${metrics["r2"]!.toFixed(4)}, ${beside} Beagle's on the same files${time}.`;
  }).join("\n");
}

function report(records: readonly RunRecord[]): Report {
  const runs = recordsOf<CohortRecord>(records, "cohort");
  return { tables: { scores: scoreTable(runs) }, figures: {}, verdict: verdictOf(runs) };
}
