/** Records of many windows, put together over seeds: tables, figures and words. */
import { genotypeFigures } from "../../data/genotypes/project.ts";
import { type Figure, methodDots, rangeCurves, type RangePoint } from "../../plots/mod.ts";
import {
  cell,
  counted,
  latestConfiguration,
  NOTHING,
  type RunRecord,
  spread,
  type TableView,
} from "../../results/mod.ts";
import { canonicalJson } from "../../results/record.ts";
import { type Answer, present, recordsOf, type Report, wordOf } from "../experiment.ts";
import { r2Score } from "../imputation/report.ts";
import { modelLabel } from "../process_report.ts";
import type { ManyDetails } from "./settings.ts";

type ManyRecord = RunRecord<ManyDetails>;

const PARTS = ["seen", "unseen"] as const;

/** R² of the test haplotypes and that of the train frequency: means over windows and seeds; NaN without windows. */
interface Part {
  r2: number;
  frequency: number;
  /** Over seeds; NaN for a single one. */
  error: number;
  windows: ManyDetails["seen"];
}

interface ManyResult {
  model: string;
  label: string;
  profile: string;
  size: number;
  proportion: number;
  /** Whole rows masked, or single cells. */
  chunkMask: boolean;
  labelMask: number;
  steps: number;
  seeds: number;
  seen: Part;
  unseen: Part;
}

/** What makes runs the same but for their seed. */
const keyOf = ({ profile, model, data, configuration: { proportion, chunkMask } }: RunRecord): string =>
  canonicalJson([profile, model, data.name, proportion!, chunkMask ?? false]);

/** One result for each model, choice of windows, share and way of masking: of its configuration that ran last. */
function manyResults(records: readonly RunRecord[]): ManyResult[] {
  const runs = recordsOf<ManyRecord>(records, "imputation-many")
    .filter(({ status }) => status === "complete");
  const results = [...Map.groupBy(runs, keyOf).values()].map((own) => resultOf(latestConfiguration(own)));
  return results.sort((a, b) =>
    a.size - b.size || a.proportion - b.proportion || b.model.localeCompare(a.model)
  );
}

function resultOf(runs: readonly ManyRecord[]): ManyResult {
  const [{ model, profile, configuration, steps }] = runs as [ManyRecord];
  return {
    model,
    label: modelLabel(model),
    profile,
    size: configuration["size"] as number,
    proportion: configuration["proportion"] as number,
    chunkMask: configuration["chunkMask"] === true,
    labelMask: configuration["labelMask"] as number,
    steps,
    seeds: runs.length,
    seen: partOf(runs, "seen"),
    unseen: partOf(runs, "unseen"),
  };
}

function partOf(runs: readonly ManyRecord[], part: "seen" | "unseen"): Part {
  const of = (measure: string) => spread(runs.map(({ metrics }) => metrics[`${part} ${measure}`] ?? NaN));
  const r2 = of("r2");
  return {
    r2: r2.mean,
    frequency: of("frequency").mean,
    error: r2.standardError,
    windows: runs[0]!.details[part].map(({ name }, i) => {
      const mean = (measure: "r2" | "frequency") =>
        spread(runs.map(({ details }) => details[part][i]![measure])).mean;
      return { name, r2: mean("r2"), frequency: mean("frequency") };
    }),
  };
}

/** Two trainings that differ in nothing but the masking of labels: whole rows, then single cells. */
function maskingPairs(results: readonly ManyResult[]): [ManyResult, ManyResult][] {
  return results.filter(({ chunkMask }) => chunkMask).flatMap((rows): [ManyResult, ManyResult][] => {
    const cells = results.find((other) =>
      !other.chunkMask && alike(rows, other) && other.labelMask === rows.labelMask
    );
    return cells ? [[rows, cells]] : [];
  });
}

/** Whether two results are of the same profile, model, windows and share. */
const alike = (a: ManyResult, b: ManyResult): boolean =>
  a.profile === b.profile && a.model === b.model && a.size === b.size && a.proportion === b.proportion &&
  a.seen.windows.length === b.seen.windows.length;

/** The trainings with all samples, without those with single cells masked that a pair has. */
function wholeResults(results: readonly ManyResult[]): ManyResult[] {
  const cells = maskingPairs(results).map(([, cells]) => cells);
  return results.filter((result) => result.proportion === 1 && !cells.includes(result));
}

/** The trainings of the size that most shares were run at, if there are several shares. */
function shareResults(results: readonly ManyResult[]): ManyResult[] {
  const sizes = Map.groupBy(results, ({ size }) => size);
  const shares = (own: ManyResult[]) => new Set(own.map(({ proportion }) => proportion)).size;
  const most = [...sizes.values()].reduce((a, b) => (shares(b) > shares(a) ? b : a), []);
  return shares(most) > 1 ? most.filter(({ chunkMask }) => chunkMask) : [];
}

/** R² of Beagle on a window, from the same array sites and all train samples; NaN where it was not measured. */
export function beagleR2(
  { size, proportion }: Pick<ManyResult, "size" | "proportion">,
  window: string,
): number {
  const { b1, figures } = genotypeFigures();
  const at = b1.windows.find(({ block }) => `block ${block}` === window)?.window;
  const figure = figures.find(({ benchmark, part, level, model }) =>
    benchmark === "B1" && part === "test" && level === "haplotype" && model === "beagle-window"
  );
  const comparable = size === 100 && proportion === 1 && at !== undefined;
  return comparable ? figure?.windows[at] ?? NaN : NaN;
}

const shown = (value: number, error = NaN): string =>
  Number.isNaN(value) ? NOTHING : value.toFixed(3) + (Number.isNaN(error) ? "" : ` ± ${error.toFixed(3)}`);

/** R² and the frequency's, the better one marked. */
const pair = ({ r2, error, frequency }: Part) => [
  cell(shown(r2, error), r2 > frequency),
  cell(shown(frequency), frequency >= r2),
];

const HEAD = ["seen: R²", "frequency", "unseen: R²", "frequency"];

const MEASURE =
  "R² of the 60 test haplotypes, all targets of a window together, mean over windows. Frequency: " +
  "that of the train haplotypes of the same window for everyone. The better one is marked.";

function notesOf(results: readonly ManyResult[]): string[] {
  const how = results.map(({ profile, steps, labelMask, seeds }) =>
    `${profile} profile, ${steps} steps, label mask ${labelMask}, ${counted(seeds, "seed")}`
  );
  return [MEASURE, `${[...new Set(how)].join("; ")}.`];
}

/** A row for each result, by what is told of it. */
const partsTable = (
  title: string,
  first: string,
  results: readonly ManyResult[],
  labelOf: (result: ManyResult) => string,
): TableView => ({
  title,
  head: [first, ...HEAD],
  rows: results.map((result) => ({
    label: labelOf(result),
    cells: [...pair(result.seen), ...pair(result.unseen)],
  })),
  notes: notesOf(results),
});

/** Sizes of windows: seen and unseen ones beside the train frequency (the paper's Tables 4 and 8). */
const windowsTable = (all: readonly ManyResult[]): TableView =>
  partsTable(
    "One set of weights for several windows",
    "model, targets, windows",
    wholeResults(all),
    ({ label, size, seen, unseen }) => `${label}, ${size}, ${seen.windows.length} + ${unseen.windows.length}`,
  );

/** Labels of whole rows masked, and single cells (the paper's Table 5). */
const maskingTable = (all: readonly ManyResult[]): TableView =>
  partsTable(
    "Masking whole rows of labels, or single cells",
    "model, targets, masking",
    maskingPairs(all).flat(),
    ({ label, size, chunkMask }) => `${label}, ${size}, ${chunkMask ? "whole rows" : "single cells"}`,
  );

/** Shares of the train samples (the paper's Table 9). */
const shareTable = (all: readonly ManyResult[]): TableView =>
  partsTable(
    `More haplotypes, ${shareResults(all)[0]?.size ?? 300} targets`,
    "model, share of the train haplotypes",
    shareResults(all),
    ({ label, proportion }) => `${label}, ${proportion}`,
  );

/** Every window of one training: of the first of `windowsTable`. */
function eachTable(all: readonly ManyResult[]): TableView {
  const [first] = wholeResults(all);
  const rows = (part: "seen" | "unseen") =>
    (first?.[part].windows ?? []).map(({ name, r2, frequency }) => {
      const values = [r2, frequency, beagleR2(first!, name)];
      const best = Math.max(...values.filter((value) => !Number.isNaN(value)));
      return {
        label: `${name}, ${part}`,
        cells: values.map((value) => cell(shown(value), value === best)),
      };
    });
  return {
    title: first ? `${first.label}, ${first.size} targets: window by window` : "No run yet",
    head: ["window", "R²", "frequency", "Beagle"],
    rows: [...rows("seen"), ...rows("unseen")],
    notes: [
      "Beagle 5.4 with the same 150 sites and samples (data/genotypes/classical.json), where it was measured. The best one is marked.",
    ],
  };
}

/** Every training with all samples beside the train frequency: a panel for seen, one for unseen windows of each size. */
function windowsFigure(all: readonly ManyResult[]): Figure {
  const sizes = Map.groupBy(wholeResults(all), ({ size }) => size);
  const scores = [...sizes].flatMap(([size, results]) =>
    PARTS.flatMap((part) => {
      const data = `${part} windows, ${size} targets`;
      return [
        ...results.map(({ label, [part]: { r2, error } }) => r2Score(data, label, r2, error)),
        r2Score(data, "frequency", results[0]![part].frequency),
      ].filter(({ mean }) => !Number.isNaN(mean));
    })
  );
  return methodDots(scores, { title: "One set of weights for several windows" });
}

/** R² against the share of the train haplotypes, beside that of the train frequency. */
function shareFigure(all: readonly ManyResult[]): Figure {
  const results = shareResults(all);
  const points = results.flatMap(({ label, proportion, ...result }) =>
    PARTS.flatMap((part): RangePoint[] => [
      { panel: part, series: label, range: String(proportion), mean: result[part].r2 },
      { panel: part, series: "train frequency", range: String(proportion), mean: result[part].frequency },
    ])
  ).filter(({ mean }) => !Number.isNaN(mean));
  const unique = new Map(points.map((point) => [`${point.panel} ${point.series} ${point.range}`, point]));
  return rangeCurves([...unique.values()], {
    title: "More haplotypes",
    panels: PARTS.filter((part) => points.some(({ panel }) => panel === part))
      .map((part) => ({ name: part, label: `R², ${part} windows` })),
    missing: null,
    xLabel: "share of the train haplotypes",
  });
}

const number = (value: number): string => value.toFixed(3);
const signed = (value: number): string => `${value < 0 ? "-" : "+"}${number(Math.abs(value))}`;

/** "0.921 against 0.368 of the train frequency, better in 4 of 4" */
function against({ r2, frequency, windows }: Part): string {
  const better = windows.filter((window) => window.r2 > window.frequency).length;
  return `${number(r2)} against ${number(frequency)} of the train frequency, ` +
    `better in ${better} of ${windows.length}`;
}

function verdictOf(results: readonly ManyResult[]): string {
  const lines = wholeResults(results).flatMap((result) => {
    const { label, size, seen, unseen } = result;
    const title = `${label}, ${size} targets`;
    const beagle = spread(seen.windows.map(({ name }) => beagleR2(result, name))).mean;
    const ours = `${title}: seen windows ${against(seen)}` +
      (Number.isNaN(beagle) ? "" : `, Beagle with the same sites ${number(beagle)}`);
    if (unseen.windows.length === 0) return [`${ours}.`];
    const helped = unseen.r2 > unseen.frequency;
    return [
      `${ours}; unseen windows ${against(unseen)}: ` +
      (helped
        ? "what it learned of other windows helps where it was not trained."
        : "what it learned is of the variants of its windows, and of no use where the columns are others."),
    ];
  });
  for (const [rows, cells] of maskingPairs(results)) {
    const difference = rows.seen.r2 - cells.seen.r2;
    // NaN, and so never clear, for a single seed.
    const clear = Math.abs(difference) > 2 * Math.hypot(rows.seen.error, cells.seen.error);
    const words = clear ? (difference > 0 ? "better" : "worse") : "not clearly different";
    lines.push(
      `Masking whole rows instead of single cells, ${rows.label}, ${rows.size} targets, ` +
        `${counted(rows.seeds, "seed")}: ${signed(difference)} R² on seen windows, ${words}.`,
    );
  }
  const shares = shareResults(results);
  for (const [label, own] of Map.groupBy(shares, (result) => result.label)) {
    if (own.length < 2) continue;
    const [least, most] = [own[0]!, own.at(-1)!];
    lines.push(
      `More haplotypes, ${label}, ${most.size} targets: R² on seen windows goes from ` +
        `${number(least.seen.r2)} with ${least.proportion} of them to ${number(most.seen.r2)} with ` +
        `${most.proportion}.`,
    );
  }
  return lines.map((line) => `- ${line}`).join("\n");
}

/** Reproduced if SPIN is above the train frequency in windows that it saw and in those that it did not; in part with the first alone. */
function answerOf(results: readonly ManyResult[]): Answer | undefined {
  const [result] = wholeResults(results).filter(({ model, unseen }) =>
    model === "spin" && unseen.windows.length > 0
  );
  if (!result) return undefined;
  const { seen, unseen, size } = result;
  const held = [seen, unseen].filter(({ r2, frequency }) => r2 > frequency).length;
  return {
    word: wordOf(held, 2),
    why: `With ${size} targets one SPIN has an R² of ${number(seen.r2)} on windows that it was trained on ` +
      `(train frequency ${number(seen.frequency)}) and ${number(unseen.r2)} on others ` +
      `(${number(unseen.frequency)}).`,
  };
}

export function manyReport(records: readonly RunRecord[]): Report {
  const all = manyResults(records);
  return {
    tables: {
      windows: windowsTable(all),
      each: eachTable(all),
      masking: maskingTable(all),
      shares: shareTable(all),
    },
    figures: present({
      windows: all.length > 0 && windowsFigure(all),
      shares: shareResults(all).length > 0 && shareFigure(all),
    }),
    verdict: verdictOf(all),
    answer: answerOf(all),
  };
}
