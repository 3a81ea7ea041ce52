/** What our models and the classical methods reach on B1's windows, in one form. */
import { genotypeFigures, type WindowFigure } from "../../data/genotypes/project.ts";
import { type RunRecord, spread } from "../../results/mod.ts";
import { canonicalJson } from "../../results/record.ts";
import { binR2, meanTarget } from "./imputation_scores.ts";
import type { HaplotypeModel } from "./haplotypes_settings.ts";
import type { ClassicalModel } from "./imputation_classical.ts";
import type { ImputationModel } from "./imputation_settings.ts";

/** A number of one window over seeds; the error is NaN for a single one. */
export interface WindowScore {
  window: number;
  mean: number;
  standardError: number;
}

export interface ImputationMethod {
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

/** The window of a record. */
export const windowOf = ({ data }: RunRecord): number => Number(/-window(\d+)/.exec(data.name)?.[1]);

/** The complete runs of the configuration of each model that ran last. */
export function currentRuns(records: readonly RunRecord[]): RunRecord[] {
  const runs = records.filter(({ experiment, status }) =>
    experiment === "imputation" && status === "complete"
  );
  const groups = Map.groupBy(runs, ({ profile, model }) => canonicalJson([profile, model]));
  return [...groups.values()].flatMap((own) => {
    const { configuration } = own.reduce((a, b) => (a.date >= b.date ? a : b));
    return own.filter((run) => canonicalJson(run.configuration) === canonicalJson(configuration));
  });
}

/** Windows of any of the runs, increasing. */
export const windowsOf = (runs: readonly RunRecord[]): number[] =>
  [...new Set(runs.map(windowOf))].sort((a, b) => a - b);

const meanOf = (values: readonly number[]): number => spread(values).mean;

function ourMethod(model: string, runs: RunRecord[], windows: readonly number[]): ImputationMethod {
  const scores = windows.map((window): WindowScore => {
    const values = runs.filter((run) => windowOf(run) === window).map(({ metrics }) => metrics["r2"] ?? NaN);
    return { window, ...spread(values) };
  });
  // Whole sets of windows, one a seed: bins can only be put together from these.
  const sets = [...Map.groupBy(runs, ({ seed }) => seed).values()]
    .filter((own) => windowsOf(own).length === windows.length)
    .map((own) => own.map(({ metrics }) => metrics));
  const { mean, deviation } = spread(scores.map((score) => score.mean));
  return {
    model,
    label: LABELS[model] ?? model,
    ours: true,
    windows: scores.filter((score) => !Number.isNaN(score.mean)),
    mean,
    deviation,
    dosage: meanOf(sets.flatMap((set) => set.map((metrics) => metrics["dosageR2"] ?? NaN))),
    bins: [0, 1, 2].map((bin) => meanOf(sets.map((set) => binR2(set, bin)))),
    perTarget: meanOf(sets.map(meanTarget)),
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
