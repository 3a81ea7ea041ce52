/** Time and memory of `task impute` against the people of the reference and the length of the region. */
import { join } from "node:path";
import { genotypePath, readVcf } from "../../data/genotypes/mod.ts";
import { UserError } from "../../errors.ts";
import { LOCAL, ROOT } from "../../paths.ts";
import type { Axis } from "../../plots/axes.ts";
import { type Figure, logLog } from "../../plots/mod.ts";
import { formatDuration } from "../../progress/format.ts";
import { cell, type RunRecord, type TableView } from "../../results/mod.ts";
import { MALLOC } from "../../setup/kernel.ts";
import { DEFAULT_SETTINGS } from "../../imputation/settings.ts";
import {
  asJson,
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
import { genotypeDigest } from "./cohort.ts";
import type { SizeJob, SizeMeasures } from "./size_job.ts";
import { writeTiledReference, writeTiledTargets } from "./tiled.ts";

const MODES = ["fast", "default"] as const;

interface SizeSettings extends Settings {
  /** People of the reference and megabases: "300x1". */
  sizes: string[];
  /** With the copying model alone, or as it is by default. */
  modes: string[];
}

/** People, one megabase; megabases, 300 people; and a tenth of chromosome 20 for all people. */
const SIZES = ["300x1", "1000x1", "2504x1", "300x0.5", "300x3", "2504x6.3"];

const settings = settingsOf<SizeSettings>(() => ({ sizes: SIZES, modes: [...MODES] }), { modes: MODES });

/** @throws UserError for another form */
function sizeOf(text: string): { donors: number; megabases: number } {
  const [, donors, megabases] = /^(\d+)x(\d+(?:\.\d+)?)$/.exec(text) ?? [];
  if (!(Number(donors) > 0 && Number(megabases) > 0)) {
    throw new UserError(`sizes: expected people and megabases such as 300x1, found "${text}"`);
  }
  return { donors: Number(donors), megabases: Number(megabases) };
}

async function runs({ sizes, modes }: SizeSettings): Promise<Run[]> {
  const sha256 = await genotypeDigest("reference", "scaffold", "map");
  return sizes.flatMap((size) =>
    MODES.filter((mode) => modes.includes(mode)).map((mode) => {
      const configuration = { ...sizeOf(size), ...DEFAULT_SETTINGS };
      return runOf({
        experiment: "imputation-size",
        words: [size, mode],
        data: size,
        model: mode,
        of: { name: `b2-tiled-${size}`, sha256 },
        seed: DEFAULT_SETTINGS.recipe.seed,
        configuration: asJson(configuration),
        execute: ({ signal }) => execute(size, mode === "fast", signal),
      });
    })
  );
}

async function execute(size: string, fast: boolean, signal?: AbortSignal): Promise<Outcome | undefined> {
  const { donors, megabases } = sizeOf(size);
  await Deno.mkdir(LOCAL, { recursive: true });
  const folder = await Deno.makeTempDir({ dir: LOCAL });
  const path = (name: string) => join(folder, `${name}.vcf.gz`);
  try {
    const { genotypes: reference } = await readVcf(await genotypePath("reference"));
    const { genotypes: targets } = await readVcf(await genotypePath("scaffold"));
    const first = reference.variants.position[0]!;
    writeTiledReference(path("reference"), reference, donors, 1e6 * megabases);
    writeTiledTargets(path("targets"), targets, first, 1e6 * megabases);
    const job: SizeJob = {
      reference: path("reference"),
      targets: path("targets"),
      map: await genotypePath("map"),
      out: path("out"),
      fast,
    };
    const start = performance.now();
    const { success, stdout } = await new Deno.Command(Deno.execPath(), {
      args: ["run", "--quiet", "-A", join(import.meta.dirname!, "size_job.ts"), JSON.stringify(job)],
      env: MALLOC,
      stdout: "piped",
      cwd: ROOT,
      signal,
    }).output();
    if (signal?.aborted) return undefined;
    if (!success) throw new UserError(`${size}: the imputation ended with an error, see above`);
    const line = new TextDecoder().decode(stdout).trimEnd().split("\n").at(-1)!;
    const { seconds, peakBytes, ...counts } = JSON.parse(line) as SizeMeasures;
    return {
      metrics: {
        ...counts,
        peakBytes,
        seconds: (performance.now() - start) / 1000,
        readSeconds: seconds.read,
        phaseSeconds: seconds.phase,
        imputeSeconds: seconds.impute,
      },
      ...untrained({ evaluate: seconds.phase + seconds.impute }),
    };
  } finally {
    await Deno.remove(folder, { recursive: true });
  }
}

interface Measured {
  mode: string;
  donors: number;
  megabases: number;
  value(name: string): number;
}

const measuredOf = (records: readonly RunRecord[]): Measured[] =>
  recordsOf(records, "imputation-size").map(({ model, configuration, metrics }): Measured => ({
    mode: model,
    donors: configuration["donors"] as number,
    megabases: configuration["megabases"] as number,
    value: (name) => metrics[name] as number,
  })).sort((a, b) => a.mode.localeCompare(b.mode) || a.donors - b.donors || a.megabases - b.megabases);

function table(measured: readonly Measured[]): TableView {
  const names = ["readSeconds", "phaseSeconds", "imputeSeconds", "seconds"] as const;
  return {
    title: "Time and memory of imputing 101 people",
    head: [
      "people of the reference, Mb, mode",
      "variants",
      "reading",
      "phasing",
      "imputing",
      "all",
      "peak memory",
    ],
    rows: measured.map(({ mode, donors, megabases, value }) => ({
      label: `${donors}, ${megabases}, ${mode}`,
      cells: [
        String(value("variants")),
        ...names.map((name) => formatDuration(value(name))),
        `${(value("peakBytes") / 1e6).toFixed(0)} MB`,
      ].map((text) => cell(text)),
    })),
    notes: [
      "References are put together of B2's 300 people: haplotypes in pieces of 100 kb, the region of 3 Mb again and again, and rare variants " +
      "as more people have them, up to 28,800 a Mb for 2,504. Phased by the workspace; fast: the copying model alone. A process of its own " +
      "each, with programs that earlier runs have compiled.",
    ],
  };
}

/** Time and memory against people at a length, and against length for as many people, where there are several. */
function figures(measured: readonly Measured[]): Record<string, Figure> {
  const out: Record<string, Figure> = {};
  const add = (name: string, of: "donors" | "megabases", at: number, metric: string, y: Axis) => {
    const other = of === "donors" ? "megabases" : "donors";
    const points = measured.filter((one) => one[other] === at).map((one) => ({
      series: one.mode,
      x: one[of],
      y: one.value(metric),
    }));
    if (new Set(points.map(({ x }) => x)).size < 2) return;
    const x = of === "donors" ? "people of the reference" : "megabases of the region";
    const fixed = of === "donors" ? `${at} Mb` : `${at} people of the reference`;
    out[name] = logLog(points, { title: `${y.label} of imputing 101 people, ${fixed}`, x: { label: x }, y });
  };
  const time = { label: "Time", unit: "seconds" } as const;
  const memory = { label: "Peak memory", unit: "bytes" } as const;
  add("time_by_people", "donors", 1, "seconds", time);
  add("memory_by_people", "donors", 1, "peakBytes", memory);
  add("time_by_length", "megabases", 300, "seconds", time);
  add("memory_by_length", "megabases", 300, "peakBytes", memory);
  return out;
}

/** Megabases of chromosome 20, and the least share of it that stands for the whole. */
const CHROMOSOME = 63.03;
const TENTH = 0.0999;

/** The whole chromosome by what was measured on a tenth of it. */
function verdictOf(measured: readonly Measured[]): string {
  return measured.filter(({ megabases }) => megabases >= TENTH * CHROMOSOME).map((one) => {
    const { mode, donors, megabases, value } = one;
    const shorter = measured.find((other) =>
      other.mode === mode && other.donors === donors && other.megabases < megabases
    );
    const times = CHROMOSOME / megabases;
    const slope = shorter &&
      (value("peakBytes") - shorter.value("peakBytes")) / (megabases - shorter.megabases);
    const memory = slope === undefined
      ? ""
      : ` and ${((value("peakBytes") + slope * (CHROMOSOME - megabases)) / 1e9).toFixed(1)} GB`;
    return `- Chromosome 20 with ${donors} people in the reference, ${mode}: about ` +
      `${formatDuration(times * value("seconds"))}${memory}, from ${megabases} Mb in ` +
      `${formatDuration(value("seconds"))}, ${(value("peakBytes") / 1e9).toFixed(1)} GB.`;
  }).join("\n");
}

function report(records: readonly RunRecord[]): Report {
  const measured = measuredOf(records);
  return { tables: { sizes: table(measured) }, figures: figures(measured), verdict: verdictOf(measured) };
}

/** What imputation takes for references of 300 to 2,504 people and for a tenth of a chromosome. */
export const imputationSize: Experiment<SizeSettings> = {
  name: "imputation-size",
  notebook: "07_genotype_imputation",
  settings,
  runs,
  report,
  changesOf: ({ data, model }) => ({ sizes: [data.name.slice("b2-tiled-".length)], modes: [model] }),
};
