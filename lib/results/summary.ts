import { UserError } from "../errors.ts";
import { canonicalJson, type RunRecord } from "./record.ts";

/** One measure of one model on one data set, over folds (and seeds). */
export interface Score {
  data: string;
  model: string;
  metric: string;
  mean: number;
  /** Over runs, n - 1; NaN for a single one. */
  deviation: number;
  /** deviation / sqrt(runs) */
  standardError: number;
  runs: number;
  /** Different folds among the runs, and folds that there are; null without cross-validation. */
  folds: { used: number; of: number } | null;
  /** "quick", "paper", or where the number comes from. */
  profile: string;
}

const HIGHER_IS_BETTER: readonly string[] = ["accuracy", "auroc", "r2"];

export const higherIsBetter = (metric: string): boolean => HIGHER_IS_BETTER.includes(metric);

const METRIC_LABELS: Record<string, string> = {
  rmse: "RMSE",
  auroc: "AUROC",
  logLoss: "log loss",
  logloss: "log loss",
  r2: "R²",
};

export const metricLabel = (metric: string): string => METRIC_LABELS[metric] ?? metric;

/** Mean, deviation (n - 1) and standard error of some values. */
export function spread(
  values: readonly number[],
): { mean: number; deviation: number; standardError: number } {
  const mean = values.reduce((a, b) => a + b, 0) / values.length;
  const squares = values.reduce((sum, value) => sum + (value - mean) ** 2, 0);
  const deviation = values.length > 1 ? Math.sqrt(squares / (values.length - 1)) : NaN;
  return { mean, deviation, standardError: deviation / Math.sqrt(values.length) };
}

/** The middle value, or the mean of the two in the middle; NaN of nothing. */
export function median(values: readonly number[]): number {
  const sorted = [...values].sort((a, b) => a - b);
  const middle = sorted.length >> 1;
  if (sorted.length % 2 === 1) return sorted[middle]!;
  return (sorted[middle - 1]! + sorted[middle]!) / 2;
}

export const geometricMean = (values: readonly number[]): number =>
  Math.exp(spread(values.map((value) => Math.log(value))).mean);

/** The runs of the configuration that ran last: a changed configuration replaces the runs of the one before. */
export function latestConfiguration<R extends RunRecord>(records: readonly R[]): R[] {
  const newest = records.reduce((a, b) => (a.date >= b.date ? a : b));
  const wanted = canonicalJson(newest.configuration);
  return records.filter(({ configuration }) => canonicalJson(configuration) === wanted);
}

/**
 * Groups complete runs by experiment, profile, data set and model, and takes mean and spread of every measure.
 *
 * Where a group has runs of several configurations, only those of the latest count. A measure that is null in a run of
 * the group gives NaN: a diverged run must not improve a mean by its absence.
 */
export function summarise(records: readonly RunRecord[]): Score[] {
  const groups = Map.groupBy(
    records.filter(({ status }) => status === "complete"),
    ({ experiment, profile, data, model }) => canonicalJson([experiment, profile, data.name, model]),
  );
  return [...groups.values()].map(latestConfiguration).flatMap((runs) => {
    const { data, model, profile, fold } = runs[0]!;
    const used = new Set(runs.map((run) => run.fold?.index)).size;
    const metrics = [...new Set(runs.flatMap((run) => Object.keys(run.metrics)))];
    return metrics.map((metric) => ({
      data: data.name,
      model,
      metric,
      ...spread(runs.map((run) => run.metrics[metric] ?? NaN)),
      runs: runs.length,
      folds: fold && { used, of: fold.of },
      profile,
    }));
  });
}

/** Ranks of values, 1 for the best; equal values share the mean of their ranks, NaN comes last. */
export function ranks(values: readonly number[], higherFirst: boolean): number[] {
  const keys = values.map((value) => (Number.isNaN(value) ? Infinity : higherFirst ? -value : value));
  return keys.map((key) => {
    const before = keys.filter((other) => other < key).length;
    const equal = keys.filter((other) => other === key).length;
    return before + (equal + 1) / 2;
  });
}

/**
 * The mean rank of each model over data sets, for one score per model and data set. Only data sets that have a score of
 * every model count: a rank among fewer models is another thing.
 */
export function averageRanks(scores: readonly Score[]) {
  const models = [...new Set(scores.map(({ model }) => model))];
  const full = [...Map.groupBy(scores, ({ data }) => data).values()]
    .filter((row) => row.length === models.length);
  const perSet = full.map((row) => {
    const ordered = models.map((model) => row.find((score) => score.model === model)!.mean);
    return ranks(ordered, higherIsBetter(row[0]!.metric));
  });
  const spreads = models.map((model, at) => [model, spread(perSet.map((row) => row[at]!))] as const);
  return {
    /** By model. */
    ranks: new Map(spreads.map(([model, { mean }]) => [model, mean])),
    /** Of a model's ranks over the sets, n - 1; NaN for a single set. */
    deviations: new Map(spreads.map(([model, { deviation }]) => [model, deviation])),
    /** The sets that count. */
    sets: full.map((row) => row[0]!.data),
  };
}

/** Studentised range over √2 at the level 0.05 for 2, 3, ... models (Demšar 2006, Table 5; further ones by the same formula). */
const QUANTILES = [
  ...[1.96, 2.343, 2.569, 2.728, 2.85, 2.949, 3.031, 3.102, 3.164, 3.219],
  ...[3.268, 3.313, 3.354, 3.391, 3.426, 3.458, 3.489, 3.517, 3.544],
];

/**
 * By how much the average ranks of two models must differ to tell them apart at the level 0.05 (Nemenyi's test).
 *
 * @param models 2 to 20
 * @param sets that the ranks are averaged over
 * @throws UserError for another number of models, or no set
 */
export function criticalDifference(models: number, sets: number): number {
  const quantile = QUANTILES[models - 2];
  if (quantile === undefined || sets < 1) {
    const most = QUANTILES.length + 1;
    throw new UserError(
      `critical difference: expected 2 to ${most} models and a set, found ${models} and ${sets}`,
    );
  }
  return quantile * Math.sqrt(models * (models + 1) / (6 * sets));
}
