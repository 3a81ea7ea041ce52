import type { ClassicalFigure } from "../data/uci.ts";
import type { RunRecord } from "./record.ts";
import { averageRanks, higherIsBetter, metricLabel, type Score, spread } from "./summary.ts";
import { type Cell, cell, NOTHING, type TableView } from "./view.ts";

/** Three significant digits, the same number of decimals for a spread beside it. */
const decimalsOf = (value: number): number =>
  value === 0 ? 2 : Math.min(5, Math.max(0, 2 - Math.floor(Math.log10(Math.abs(value)))));

/** "2.92 ± 0.16"; a single run has no spread. */
export function formatScore({ mean, standardError }: Pick<Score, "mean" | "standardError">): string {
  if (!Number.isFinite(mean)) return "diverged";
  const decimals = decimalsOf(mean);
  const error = Number.isFinite(standardError) ? ` ± ${standardError.toFixed(decimals)}` : "";
  return mean.toFixed(decimals) + error;
}

/** The classical figures in the form of scores, to stand beside those of our runs. */
export const classicalScores = (figures: readonly ClassicalFigure[]): Score[] =>
  figures.map(({ data, model, metric, mean, deviation, folds }) => ({
    data,
    model,
    metric,
    mean,
    deviation,
    standardError: deviation / Math.sqrt(folds),
    runs: folds,
    folds: { used: folds, of: folds },
    profile: "classical",
  }));

const unique = (values: readonly string[]): string[] => [...new Set(values)];

/** Which models were run how: "spin, npt: quick, 3 of 10 folds". */
function runNotes(scores: readonly Score[], models: readonly string[]): string[] {
  const describe = (model: string): string => {
    const own = scores.filter((score) => score.model === model);
    const folds = unique(
      own.map((score) => (score.folds ? `${score.folds.used} of ${score.folds.of} folds` : "")),
    );
    return [...unique(own.map(({ profile }) => profile)), ...folds.filter((text) => text !== "")].join(", ");
  };
  return [...Map.groupBy(models, describe)].map(([how, names]) => `${names.join(", ")}: ${how}.`);
}

interface ScoreTableOptions {
  title: string;
  /** Order of the columns; default the order of the scores. Models not named are left out. */
  models?: readonly string[];
  notes?: readonly string[];
}

/**
 * The results table: a row for each data set, a column for each model, the best of a row marked, the average rank below.
 * Its notes say how many folds and which profile stand behind the numbers.
 */
export function scoreTable(scores: readonly Score[], options: ScoreTableOptions): TableView {
  const { title, notes = [] } = options;
  const sets = unique(scores.map(({ data }) => data));
  const metricOf = new Map(
    sets.map((data) => [data, scores.find((score) => score.data === data)!.metric] as const),
  );
  const measured = scores.filter(({ data, metric }) => metricOf.get(data) === metric);
  const models = (options.models ?? unique(measured.map(({ model }) => model)))
    .filter((name) => measured.some(({ model }) => model === name));
  const shown = measured.filter(({ model }) => models.includes(model));
  const rows = sets.map((data) => {
    const own = models.map((model) => shown.find((score) => score.data === data && score.model === model));
    const sign = higherIsBetter(metricOf.get(data)!) ? -1 : 1;
    // Among one there is no best.
    const best = models.length === 1 ? NaN : Math.min(
      ...own.map((score) => (score && Number.isFinite(score.mean) ? sign * score.mean : Infinity)),
    );
    const cells = own.map((score): Cell =>
      score ? cell(formatScore(score), sign * score.mean === best) : cell(NOTHING)
    );
    return { label: `${data}, ${metricLabel(metricOf.get(data)!)}`, cells };
  });
  const { ranks, deviations, sets: ranked } = averageRanks(shown);
  const spreads = ranked.length > 1;
  if (ranked.length > 0) {
    const lowest = Math.min(...ranks.values());
    const cells = models.map((model) => {
      const own = spreads ? ` ± ${deviations.get(model)!.toFixed(2)}` : "";
      return cell(ranks.get(model)!.toFixed(2) + own, ranks.get(model) === lowest);
    });
    rows.push({ label: `average rank, ${counted(ranked.length, "set")}`, cells });
  }
  return {
    title,
    head: ["data set, measure", ...models],
    rows,
    notes: [
      "Mean ± standard error over folds; the best of a row is marked." +
      (spreads ? " Ranks: mean ± standard deviation over the sets." : ""),
      ...runNotes(shown, models),
      ...notes,
    ],
  };
}

const bytes = (count: number | null): string =>
  count === null ? NOTHING : `${(count / 2 ** 20).toFixed(1)} MiB`;

/** "12.3 MiB", "1.50 GiB". */
export function formatBytes(bytes: number): string {
  const [size, unit] = bytes >= 2 ** 30 ? [2 ** 30, "GiB"] : [2 ** 20, "MiB"];
  return `${Number((bytes / size).toPrecision(3))} ${unit}`;
}

/** "1 fold", "3 folds". */
export const counted = (count: number, noun: string): string => `${count} ${noun}${count === 1 ? "" : "s"}`;

/** "12.3 ms", "4.56 s", "3 min 20 s". */
export function formatSeconds(seconds: number): string {
  if (seconds >= 99.5) return `${Math.floor(Math.round(seconds) / 60)} min ${Math.round(seconds) % 60} s`;
  const [value, unit] = seconds < 0.9995 ? [1000 * seconds, "ms"] : [seconds, "s"];
  return `${value < 99.95 ? value.toPrecision(3) : value.toFixed(0)} ${unit}`;
}

/** What runs cost, by data set and model. @param beside a model to compare memory and time with */
export function costTable(records: readonly RunRecord[], title: string, beside?: string): TableView {
  const complete = records.filter(({ status }) => status === "complete");
  const groups = Map.groupBy(complete, ({ data, model }) => `${data.name}, ${model}`);
  const memoryOf = (runs: readonly RunRecord[]): number | null => {
    const compiled = runs.map((run) => run.memory.compiledBytes).filter((count) => count !== null);
    return compiled.length > 0 ? Math.max(...compiled) : null;
  };
  const timeOf = (runs: readonly RunRecord[]): number =>
    spread(runs.map((run) => run.seconds.train / Math.max(1, run.steps))).mean;
  const share = (own: number | null, other: number | null): string =>
    own === null || !other ? NOTHING : (own / other).toFixed(2);
  // A stored program is not compiled, and what has no weights is not trained.
  const took = (seconds: number): string => seconds > 0 ? formatSeconds(seconds) : NOTHING;
  const rows = [...groups].map(([label, runs]) => {
    const mean = (value: (run: RunRecord) => number) => spread(runs.map(value)).mean;
    const other = groups.get(`${runs[0]!.data.name}, ${beside}`) ?? [];
    const texts = [
      String(Math.round(mean((run) => run.parameters))),
      String(Math.round(mean((run) => run.steps))),
      took(mean((run) => run.seconds.compile)),
      took(mean((run) => run.seconds.train)),
      took(timeOf(runs)),
      bytes(memoryOf(runs)),
      ...beside
        ? [
          share(timeOf(runs), other.length > 0 ? timeOf(other) : null),
          share(memoryOf(runs), memoryOf(other)),
        ]
        : [],
    ];
    return { label, cells: texts.map((text) => cell(text)) };
  });
  const head = [
    ...["data set, model", "parameters", "steps", "compile", "train", "per step", "memory of a step"],
    ...beside ? [`time / ${beside}`, `memory / ${beside}`] : [],
  ];
  return { title, head, rows, notes: ["Means over runs; memory is what the compiled training step needs."] };
}
