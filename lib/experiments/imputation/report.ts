/** What our models and the classical methods reach on B1's windows: tables, figures and words. */
import { MAF_BINS } from "../../baselines/genotype_r2.ts";
import { genotypeFigures, type WindowFigure } from "../../data/genotypes/project.ts";
import { type Figure, methodDots, type MethodScore } from "../../plots/mod.ts";
import {
  cell,
  costTable,
  counted,
  latestConfiguration,
  NOTHING,
  type RunRecord,
  spread,
  type TableView,
} from "../../results/mod.ts";
import { canonicalJson } from "../../results/record.ts";
import { type Answer, recordsOf, type Report } from "../experiment.ts";
import type { ClassicalModel, HaplotypeModel, ImputationModel } from "./settings.ts";
import { binR2, type ImputationRecord, meanTarget, windowOf } from "./window.ts";

/** A number of one window over seeds; the error is NaN for a single one. */
interface WindowScore {
  window: number;
  mean: number;
  standardError: number;
}

interface ImputationMethod {
  model: string;
  label: string;
  /** False for figures that were measured with other tools. */
  ours: boolean;
  windows: WindowScore[];
  /** R² of haplotypes: mean and deviation over the windows. NaN unless all windows were run. */
  mean: number;
  deviation: number;
  /** Mean R² of dosages over the windows. */
  dosage: number;
  /** R² by MAF bin, and the mean of single targets, over all windows together. */
  bins: number[];
  perTarget: number;
  /** How many seeds stand behind it. */
  seeds: number;
}

const LABELS: Record<string, string> = {
  spin: "SPIN",
  npt: "NPT",
  "set-transformer": "Set Transformer",
  "only-aba": "Parametric",
  "spin-labels": "SPIN, labels",
  "npt-labels": "NPT, labels",
  "set-transformer-labels": "ST, labels",
  "spin-mosaics": "SPIN on mosaics",
  copying: "copying",
  "spin-copying": "SPIN and copying",
  "beagle-run": "Beagle, run here",
  "knn-run": "KNN, run here",
  "gradient-boosting-run": "GBT, run here",
  "xgboost-run": "XGBoost, run here",
  "mlp-run": "MLP, run here",
  "linear-run": "logistic regression, run here",
  "lightgbm-run": "LightGBM, run here",
} satisfies Record<ImputationModel | HaplotypeModel | "beagle-run" | `${ClassicalModel}-run`, string>;

/** The complete runs of the configuration of each model that ran last. */
function currentRuns(records: readonly RunRecord[]): ImputationRecord[] {
  const runs = recordsOf<ImputationRecord>(records, "imputation").filter(({ status }) =>
    status === "complete"
  );
  const groups = Map.groupBy(runs, ({ profile, model }) => canonicalJson([profile, model]));
  return [...groups.values()].flatMap(latestConfiguration);
}

const windowsOf = (runs: readonly ImputationRecord[]): number[] =>
  [...new Set(runs.map(windowOf))].sort((a, b) => a - b);

const meanOf = (values: readonly number[]): number => spread(values).mean;

function ourMethod(
  model: string,
  runs: readonly ImputationRecord[],
  windows: readonly number[],
): ImputationMethod {
  const scores = windows.map((window): WindowScore => {
    const values = runs.filter((run) => windowOf(run) === window).map(({ metrics }) => metrics["r2"] ?? NaN);
    return { window, ...spread(values) };
  });
  // Whole sets of windows, one a seed: bins can only be put together from these.
  const sets = [...Map.groupBy(runs, ({ seed }) => seed).values()]
    .filter((own) => windowsOf(own).length === windows.length);
  const { mean, deviation } = spread(scores.map((score) => score.mean));
  return {
    model,
    label: LABELS[model] ?? model,
    ours: true,
    windows: scores.filter((score) => !Number.isNaN(score.mean)),
    mean,
    deviation,
    dosage: meanOf(sets.flatMap((set) => set.map(({ metrics }) => metrics["dosageR2"] ?? NaN))),
    bins: [0, 1, 2].map((bin) => meanOf(sets.map((set) => binR2(set.map(({ details }) => details), bin)))),
    perTarget: meanOf(sets.map((set) => meanTarget(set.map(({ metrics }) => metrics)))),
    seeds: new Set(runs.map(({ seed }) => seed)).size,
  };
}

/** Bins and single targets of the classical figures are those of all five windows. */
function classicalMethod(
  figure: WindowFigure,
  dosages: WindowFigure,
  windows: readonly number[],
): ImputationMethod {
  const scores = windows.map((window) => ({ window, mean: figure.windows[window]!, standardError: NaN }));
  const { mean, deviation } = spread(scores.map((score) => score.mean));
  const all = windows.length === figure.windows.length;
  return {
    model: figure.model,
    label: genotypeFigures().methods[figure.model]!.name,
    ours: false,
    windows: scores,
    mean,
    deviation,
    dosage: meanOf(windows.map((window) => dosages.windows[window]!)),
    bins: figure.bins.map((value) => all ? value : NaN),
    perTarget: all ? figure.perTarget : NaN,
    seeds: 1,
  };
}

/**
 * Our models, the best first, then the classical methods, where runs are of the same windows and train samples as
 * those: 100 targets, all train samples.
 */
export function imputationMethods(records: readonly RunRecord[]): ImputationMethod[] {
  const runs = currentRuns(records);
  const windows = windowsOf(runs);
  const ours = [...Map.groupBy(runs, ({ model }) => model)]
    .map(([model, own]) => ourMethod(model, own, windows))
    .sort((a, b) => (b.mean || 0) - (a.mean || 0));
  const comparable = runs.every(({ configuration }) =>
    configuration["size"] === 100 && configuration["proportion"] === 1
  );
  if (!comparable) return ours;
  const measured = genotypeFigures().figures.filter(({ benchmark, part }) =>
    benchmark === "B1" && part === "test"
  );
  const classical = measured.filter(({ level }) => level === "haplotype").map((figure) => {
    const dosages = measured.find(({ model, level }) => model === figure.model && level === "dosage")!;
    return classicalMethod(figure, dosages, windows);
  });
  return [...ours, ...classical];
}

/** The runs of a report, and what they reach beside the classical methods. */
interface Results {
  runs: ImputationRecord[];
  methods: ImputationMethod[];
}

/** "0.962 ± 0.004" */
const shown = (value: number, error = NaN): string =>
  Number.isNaN(value)
    ? NOTHING
    : value.toFixed(3) + (Number.isNaN(error) ? "" : `\u00a0±\u00a0${error.toFixed(3)}`);

function methodTable(
  methods: readonly ImputationMethod[],
  columns: readonly {
    head: string;
    value(method: ImputationMethod): number;
    error?(method: ImputationMethod): number;
  }[],
  { title, notes }: { title: string; notes: string[] },
): TableView {
  const best = columns.map(({ value }) => Math.max(...methods.map(value).filter((x) => !Number.isNaN(x))));
  return {
    title,
    head: ["method", ...columns.map(({ head }) => head)],
    rows: methods.map((method) => ({
      label: method.label,
      cells: columns.map(({ value, error }, c) =>
        cell(shown(value(method), error?.(method)), value(method) === best[c])
      ),
    })),
    notes,
  };
}

const at = (method: ImputationMethod, window: number) =>
  method.windows.find((score) => score.window === window);

const CLASSICAL =
  "The other rows: measured with scikit-learn, XGBoost and Beagle 5.4 on the same haplotypes " +
  "(data/genotypes/classical.json).";

function notesOf({ methods, runs }: Results): string[] {
  const names = methods.filter(({ ours }) => ours).map(({ label }) => label).join(", ");
  const profiles = [...new Set(runs.map(({ profile }) => profile))].join(", ");
  const seeds = [...new Set(runs.map(({ seed }) => seed))].join(", ");
  return [
    `${names}: runs of this workspace, ${profiles} profile, seed${seeds.includes(",") ? "s" : ""} ${seeds}.`,
    ...methods.every(({ ours }) => ours) ? [] : [CLASSICAL],
  ];
}

/** R² of each window and method on the test haplotypes. */
function scoreTable({ methods, runs }: Results): TableView {
  const windows = windowsOf(runs);
  return methodTable(methods, [
    ...windows.map((window) => ({
      head: `window ${window}`,
      value: (method: ImputationMethod) => at(method, window)?.mean ?? NaN,
      error: (method: ImputationMethod) => at(method, window)?.standardError ?? NaN,
    })),
    { head: "mean", value: ({ mean }) => mean, error: ({ deviation }) => deviation },
    { head: "dosages", value: ({ dosage }) => dosage },
    { head: "single targets", value: ({ perTarget }) => perTarget },
  ], {
    title: "Genotype imputation: R² of test haplotypes by window",
    notes: [
      "R²: of all 60 test haplotypes and all targets of a window together, as in the paper. Targets differ in frequency, " +
      "so that the train frequency for everyone already gets something. ± of a window: standard error over seeds; " +
      "of the mean: standard deviation over windows. Single targets: mean R² of those that vary. The best of a " +
      "column is marked.",
      ...notesOf({ methods, runs }),
    ],
  });
}

function binTable({ methods, runs }: Results): TableView {
  const { testMinorAlleles } = genotypeFigures().b1;
  const windows = windowsOf(runs);
  const all = windows.length === genotypeFigures().b1.windows.length;
  const known = methods.filter(({ bins }) => bins.some((value) => !Number.isNaN(value)));
  return methodTable(
    known,
    MAF_BINS.map((head, bin) => ({ head, value: ({ bins }: ImputationMethod) => bins[bin]! })),
    {
      title: `Genotype imputation: R² by minor allele frequency, windows ${windows.join(", ")} together`,
      notes: [
        "Frequencies of the train haplotypes; minor alleles are counted, so that frequencies alone do not help.",
        all
          ? `The test haplotypes have ${testMinorAlleles.join(", ")} minor alleles in the bins: ` +
            "differences in the first one mean little."
          : "Classical figures by frequency are of all five windows, and left out here.",
        ...notesOf({ methods: known, runs }),
      ],
    },
  );
}

function windowCosts({ runs }: Results): TableView {
  const alike = runs.map((run) => ({ ...run, data: { ...run.data, name: "a window" } }));
  const table = costTable(alike, "What a window costs: means over windows and seeds");
  return { ...table, notes: [...table.notes, "Windows share their programs, which compile once."] };
}

export const r2Score = (data: string, model: string, mean: number, standardError = NaN): MethodScore => ({
  data,
  model,
  metric: "r2",
  mean,
  standardError,
});

/** Axes have room for short names. */
const short = (label: string): string => label.replace(" array", "");

/** Without the train frequency, which is far below and would press all others together. */
function scoreFigure({ methods, runs }: Results): Figure {
  const windows = windowsOf(runs);
  const data = `mean of window${windows.length > 1 ? "s" : ""} ${windows.join(", ")}`;
  const scores = methods.filter(({ model }) => model !== "frequency")
    .map(({ label, mean, deviation }) =>
      r2Score(data, short(label), mean, deviation / Math.sqrt(windows.length))
    )
    .filter(({ mean }) => !Number.isNaN(mean));
  return methodDots(scores, {
    title: "R² of test haplotypes",
    subtitle: "bars: standard error over windows",
  });
}

function binFigure({ methods }: Results): Figure {
  const scores = methods.flatMap(({ label, bins }) =>
    MAF_BINS.map((bin, b) => r2Score(`minor allele ${bin}`, short(label), bins[b]!))
  ).filter(({ mean }) => !Number.isNaN(mean));
  return methodDots(scores, { title: "Genotype imputation: R² by minor allele frequency" });
}

const number = (value: number): string => value.toFixed(3);

/** The difference of two methods window by window, which takes out how hard each window is. */
function comparison(a: ImputationMethod, b: ImputationMethod): string {
  const differences = a.windows.flatMap(({ window, mean }) => {
    const other = at(b, window);
    return other ? [mean - other.mean] : [];
  });
  const { mean, standardError } = spread(differences);
  const higher = differences.filter((difference) => difference > 0).length;
  const clear = Number.isFinite(standardError) && Math.abs(mean) > 2 * standardError;
  const words = clear ? (mean > 0 ? "better" : "worse") : "not clearly different";
  const error = Number.isFinite(standardError) ? ` ± ${number(standardError)}` : "";
  return `${a.label} against ${b.label}: ${mean < 0 ? "-" : "+"}${number(Math.abs(mean))}${error} R², ` +
    `higher in ${higher} of ${counted(differences.length, "window")}: ${words}.`;
}

function verdictOf({ methods }: Results): string {
  const of = (model: string) => methods.find((method) => method.model === model);
  const ours = methods.filter((method) => method.ours && !Number.isNaN(method.mean));
  const lines: string[] = [];
  if (ours.length > 0) {
    const means = ours.map(({ label, mean }) => `${label} ${number(mean)}`);
    lines.push(`Mean R² of the windows: ${means.join(", ")}.`);
  }
  const spin = of("spin");
  const frequency = of("frequency");
  if (spin && frequency) {
    const single = Number.isNaN(spin.perTarget) ? "not known" : number(spin.perTarget);
    const alone = `The train frequency alone has ${number(frequency.mean)}`;
    lines.push(`${alone}, and nothing of single targets (SPIN ${single}).`);
  }
  if (spin) {
    for (const rival of ["npt", "set-transformer", "only-aba", "mlp", "beagle-window", "beagle"]) {
      const other = of(rival);
      if (other) lines.push(comparison(spin, other));
    }
  }
  return lines.map((line) => `- ${line}`).join("\n");
}

/** Other methods than a SPIN; the train frequency is none. */
const isRival = ({ model }: ImputationMethod): boolean => !model.startsWith("spin") && model !== "frequency";

/** Reproduced if the paper's SPIN has the highest mean R²; in part if it is above the other neural models, or one of ours is first. */
function answerOf({ methods }: Results): Answer | undefined {
  const known = methods.filter(({ mean }) => !Number.isNaN(mean)).sort((a, b) => b.mean - a.mean);
  const spin = known.find(({ model }) => model === "spin");
  const best = known.find(isRival);
  const neural = known.find((method) => isRival(method) && method.ours && method.model !== "copying");
  if (!spin || !best || !neural) return undefined;
  const first = known[0]!;
  const part = spin.mean > neural.mean || !isRival(first);
  const other = `, the best of all ${first.label} with ${number(first.mean)}`;
  const all = isRival(first) || first === spin ? "" : other;
  const why =
    `SPIN as published has a mean R² of ${number(spin.mean)}; the best other method is ${best.label} ` +
    `with ${number(best.mean)}${all}.`;
  return { word: first === spin ? "reproduced" : part ? "reproduced in part" : "not reproduced", why };
}

export function imputationReport(records: readonly RunRecord[]): Report {
  const results = { runs: currentRuns(records), methods: imputationMethods(records) };
  return {
    tables: { scores: scoreTable(results), bins: binTable(results), costs: windowCosts(results) },
    figures: { scores: scoreFigure(results), bins: binFigure(results) },
    verdict: verdictOf(results),
    answer: answerOf(results),
  };
}
