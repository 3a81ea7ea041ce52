import { classicalFigures, uciFacts } from "../../data/mod.ts";
import { type Figure, methodDots, type MethodScore, rankLine } from "../../plots/mod.ts";
import {
  averageRanks,
  classicalScores,
  costTable,
  counted,
  criticalDifference,
  geometricMean,
  type RunRecord,
  type Score,
  scoreTable,
  spread,
  summarise,
  type TableView,
} from "../../results/mod.ts";
import { type Answer, recordsOf, type Report } from "../experiment.ts";
import { UCI_CLASSICAL } from "./settings.ts";

const headline = (data: string): string => uciFacts(data).task === "regression" ? "rmse" : "accuracy";

const isClassical = (model: string): boolean => (UCI_CLASSICAL as readonly string[]).includes(model);

const headlines = (scores: readonly Score[]): Score[] =>
  scores.filter(({ data, metric }) => metric === headline(data));

/** What `data/uci/baselines.json` has of some sets. */
const storedScores = (sets: Iterable<string>): Score[] =>
  headlines([...sets].flatMap((data) => classicalScores(classicalFigures(data))))
    .filter(({ model }) => model !== "constant");

const parted = (scores: readonly Score[]): { ours: Score[]; classical: Score[] } => ({
  ours: scores.filter(({ model }) => !isClassical(model)),
  classical: scores.filter(({ model }) => isClassical(model)),
});

const setsIn = (scores: readonly Score[]): Set<string> => new Set(scores.map(({ data }) => data));

/**
 * One score per set and model, ours first. A classical model has the score of its runs on the same folds; k-NN, XGBoost
 * and the MLP, without such runs, that of `data/uci/baselines.json`.
 */
function uciScores(records: readonly RunRecord[]): Score[] {
  const { ours, classical } = parted(headlines(summarise(records)));
  const sets = setsIn(ours);
  // Who asks for no classical model is shown none.
  const stored = storedScores(classical.length > 0 ? sets : [])
    .filter(({ data, model }) => !classical.some((score) => score.data === data && score.model === model));
  return [...ours, ...classical.filter(({ data }) => sets.has(data)), ...stored];
}

/** Table 1 as far as it was run: error or accuracy by set and model, average ranks below. */
function errors(records: readonly RunRecord[]): TableView {
  return scoreTable(uciScores(records), {
    title: "UCI cross-validation: mean ± standard error over folds",
    notes: [
      "Means over the folds that all models of the table have.",
      "Classical models: scikit-learn, XGBoost and LightGBM on the same folds, tuned on the validation rows of each.",
      "The figures of the paper's Table 1: not available offline.",
    ],
  });
}

/** The folds of which `data/uci/baselines.json` holds means. */
const STORED_FOLDS = 10;

/**
 * The runs of all models that have ten folds of every set: trained models, unless one lacks a fold, and classical ones that
 * do; none where a trained model is not complete.
 */
function tenFoldRuns(all: readonly RunRecord[]): RunRecord[] {
  const sets = new Set(all.map(({ data }) => data.name));
  const foldsOf = (model: string, data: string) =>
    new Set(all.filter((run) => run.model === model && run.data.name === data).map(({ fold }) => fold?.index))
      .size;
  const complete = new Map(
    [...new Set(all.map(({ model }) => model))].map((model) =>
      [model, [...sets].every((data) => foldsOf(model, data) >= STORED_FOLDS)] as const
    ),
  );
  const lacking = [...complete].some(([model, whole]) => !whole && !isClassical(model));
  return lacking ? [] : all.filter(({ model }) => complete.get(model));
}

/**
 * Scores on ten folds of every set, beside k-NN, XGBoost and the MLP of `data/uci/baselines.json`, which holds means over
 * the same folds. They were tuned on longer grids than those of our own runs, which they go before.
 */
function tenFoldScores(all: readonly RunRecord[]): Score[] {
  const own = headlines(summarise(tenFoldRuns(all)));
  const stored = storedScores(setsIn(own));
  const names = new Set(stored.map(({ model }) => model));
  const { ours, classical } = parted(own.filter(({ model }) => !names.has(model)));
  return [...ours, ...classical, ...stored];
}

const tenFolds = (scores: readonly Score[]): TableView =>
  scoreTable(scores, {
    title: "UCI cross-validation on ten folds: mean ± standard error over folds",
    notes: [
      "Classical models on the same folds, tuned on the validation rows; k-NN, XGBoost and the MLP on longer grids, from data/uci/baselines.json.",
      "The figures of the paper's Table 1: not available offline.",
    ],
  });

/** The seed of fold 0 in the runs that a run is one of: fold k has that seed + k. */
const baseSeed = ({ seed, fold }: RunRecord): number => seed - (fold?.index ?? 0);

/** The runs of each base seed, the one with most runs first: that of the table. */
const bySeed = (records: readonly RunRecord[]): [number, RunRecord[]][] =>
  [...Map.groupBy(records, baseSeed)].sort(([, a], [, b]) => b.length - a.length);

interface SeedScores {
  seeds: number[];
  /** Of each seed the scores on ten folds; a model without runs of that seed has those of the first. */
  each: Score[][];
}

/** Scores on ten folds with several seeds; undefined where no model has a second one. */
function seedScores(own: readonly RunRecord[]): SeedScores | undefined {
  const [[first, runs] = [0, []], ...others] = bySeed(own);
  const base = tenFoldScores(runs);
  const sets = new Set(base.map(({ data }) => data));
  const found = others.flatMap(([seed, more]) => {
    const again = headlines(summarise(tenFoldRuns(more)));
    if (base.length === 0 || [...sets].some((data) => !again.some((score) => score.data === data))) return [];
    const replaced = (score: Score) =>
      again.find(({ data, model }) => data === score.data && model === score.model) ?? score;
    return [[seed, base.map(replaced)] as const];
  }).sort(([a], [b]) => a - b);
  if (found.length === 0) return undefined;
  return {
    seeds: [first, ...found.map(([seed]) => seed)],
    each: [base, ...found.map(([, scores]) => scores)],
  };
}

/** The models with runs of several seeds: means over ten folds, and what the seed does to them. */
function seedTable({ seeds, each }: SeedScores): TableView {
  const again = each[0]!.filter((score, i) => each.some((scores) => scores[i] !== score));
  const view = scoreTable(
    again.map((score) => {
      const i = each[0]!.indexOf(score);
      return { ...score, ...spread(each.map((scores) => scores[i]!.mean)), runs: score.runs * seeds.length };
    }),
    { title: `UCI cross-validation on ten folds with ${seeds.length} seeds` },
  );
  return {
    ...view,
    rows: view.rows.filter(({ label }) => !label.startsWith("average rank")),
    notes: [
      `Mean ± standard error over the seeds ${
        seeds.join(", ")
      } (of fold 0; fold k has that + k) of the mean ` +
      "over ten folds.",
    ],
  };
}

/** The ranks that each seed gives. */
function seedLine({ seeds, each }: SeedScores): string {
  const ranks = each.map((scores) => averageRanks(scores).ranks);
  const parts = ordered(each[0]!).order.map(([model]) => {
    const own = ranks.map((rank) => rank.get(model)!);
    return `${model} ${own.map((rank) => rank.toFixed(2)).join(", ")}`;
  });
  return `On ten folds, average rank with seeds ${seeds.join(", ")} (models without runs of a seed keep ` +
    `their first): ${parts.join("; ")}.`;
}

/** The line of average ranks; undefined without a set that all models were run on. */
function rankFigure(records: readonly RunRecord[]): Figure | undefined {
  const { ranks, sets } = averageRanks(uciScores(records));
  if (sets.length === 0 || ranks.size < 2) return undefined;
  const difference = criticalDifference(ranks.size, sets.length);
  const told = `bars join what they do not tell apart (Nemenyi, 5 %: ${difference.toFixed(2)})`;
  return rankLine([...ranks].map(([model, rank]) => ({ model, rank })), {
    title: "Average ranks",
    subtitle: `${sets.length} sets; ${told}`,
    difference,
  });
}

const costs = (records: readonly RunRecord[]): TableView =>
  costTable(
    records.filter(({ model }) => !isClassical(model)),
    "What the runs cost: means over folds",
    "npt",
  );

export function uciReport(all: readonly RunRecord[]): Report {
  const every = recordsOf(all, "uci");
  const own = bySeed(every)[0]?.[1] ?? [];
  const records = onSharedFolds(own);
  const ranks = rankFigure(records);
  const ten = tenFoldScores(own);
  const seeds = seedScores(every);
  return {
    tables: {
      errors: errors(records),
      costs: costs(own),
      ...ten.length > 0 && { ten_folds: tenFolds(ten) },
      ...seeds && { seeds: seedTable(seeds) },
    },
    figures: {
      errors: methodDots(uciScores(records) as MethodScore[], { title: "UCI: SPIN beside its rivals" }),
      ...ranks && { ranks },
    },
    verdict: [verdictOf(records, own), ...seeds ? [`- ${seedLine(seeds)}`] : []].join("\n"),
    answer: answerOf(records),
  };
}

const ordered = (scores: readonly Score[]) => {
  const { ranks, sets } = averageRanks(scores);
  return { order: [...ranks].sort(([, a], [, b]) => a - b), sets };
};

const listed = (order: readonly [string, number][]): string =>
  order.map(([model, rank]) => `${model} ${rank.toFixed(2)}`).join(", ");

/** The runs on the folds of each set that all its models have: means over other folds are no comparison. */
function onSharedFolds(records: readonly RunRecord[]): RunRecord[] {
  const models = new Set(records.map(({ model }) => model)).size;
  const key = ({ data, fold }: RunRecord) => `${data.name} ${fold?.index}`;
  const by = Map.groupBy(records, key);
  return records.filter((record) => new Set(by.get(key(record))!.map(({ model }) => model)).size === models);
}

/** The names of SPIN in the table, the one that this workspace would have first. */
const SPINS = ["spin-context", "spin"];

/** Of each model the average rank over sets, fold by fold: mean and standard error over the folds. */
function foldRanks(records: readonly RunRecord[]): { models: string; folds: number } {
  const sets = new Set(records.map(({ data }) => data.name)).size;
  const ranks = new Map<string, number[]>();
  for (const own of Map.groupBy(records, ({ fold }) => fold?.index ?? 0).values()) {
    const found = averageRanks(headlines(summarise(own)));
    if (found.sets.length < sets) continue;
    for (const [model, rank] of found.ranks) ranks.set(model, [...ranks.get(model) ?? [], rank]);
  }
  const models = [...ranks].map(([model, own]) => ({ model, ...spread(own) })).sort((a, b) => a.mean - b.mean)
    .map(({ model, mean, standardError }) => `${model} ${mean.toFixed(2)} ± ${standardError.toFixed(2)}`);
  return { models: models.join(", "), folds: Math.max(0, ...[...ranks.values()].map((own) => own.length)) };
}

/** A line on ranks in each fold; nothing of fewer than two folds or models. */
function foldLine(records: readonly RunRecord[], of: string): string[] {
  const { models, folds } = foldRanks(records);
  if (folds < 2 || !models.includes(",")) return [];
  return [
    `Ranked in each fold by itself${of}: ${models} (mean ± standard error over ${folds} folds of the average rank over sets).`,
  ];
}

function verdictOf(records: readonly RunRecord[], all: readonly RunRecord[]): string {
  const scores = uciScores(records);
  const { order, sets } = ordered(scores);
  const lines = [`Average rank over ${counted(sets.length, "set")}: ${listed(order)}.`];
  lines.push(...foldLine(records, ""));
  const ten = tenFoldScores(all);
  if (ten.length > 0) {
    lines.push(`On ten folds: ${listed(ordered(ten).order)}.`);
    lines.push(...foldLine(tenFoldRuns(all), ", on ten folds"));
  }
  const neural = ordered(scores.filter(({ model }) => !isClassical(model)));
  if (neural.order.length > 1) {
    const among = `ranked among themselves on ${counted(neural.sets.length, "set")}`;
    lines.push(`Of the neural models, ${among}: ${listed(neural.order)}.`);
  }
  lines.push(...memoryLines(records));
  for (const data of [...new Set(scores.map((s) => s.data))]) lines.push(...setLine(scores, data));
  return lines.map((line) => `- ${line}`).join("\n");
}

/** Reproduced if the paper's SPIN has the best average rank and needs less memory than NPT; in part if one of ours has. */
function answerOf(records: readonly RunRecord[]): Answer | undefined {
  const [first, ...others] = ordered(uciScores(records)).order;
  const memory = geometricMean(memoryShares(records).map(({ share }) => share));
  if (!first || others.length === 0 || Number.isNaN(memory)) return undefined;
  const less = `SPIN's training step needs ${memory.toFixed(2)} of NPT's memory`;
  const [model, rank] = first;
  if (!SPINS.includes(model)) {
    return { word: "not reproduced", why: `${model} has the best average rank; ${less}.` };
  }
  if (model !== "spin") {
    const own = others.find(([name]) => name === "spin")?.[1];
    const why = `The best average rank, ${rank.toFixed(2)}, is that of ${model}, a SPIN of this workspace` +
      `${own === undefined ? "" : `; the paper's own has ${own.toFixed(2)}`}. ${less}.`;
    return { word: "reproduced in part", why };
  }
  return {
    word: memory < 1 ? "reproduced" : "reproduced in part",
    why: `SPIN has the best average rank, ${rank.toFixed(2)}; ${less}.`,
  };
}

function memoryShares(records: readonly RunRecord[]): { data: string; share: number }[] {
  const mean = (data: string, model: string) =>
    spread(
      records.filter((run) => run.data.name === data && run.model === model && run.experiment === "uci")
        .map((run) => run.memory.compiledBytes ?? NaN),
    ).mean;
  return [...new Set(records.map(({ data }) => data.name))]
    .map((data) => ({ data, share: mean(data, "spin") / mean(data, "npt") }))
    .filter(({ share }) => Number.isFinite(share));
}

function memoryLines(records: readonly RunRecord[]): string[] {
  const shares = memoryShares(records);
  if (shares.length === 0) return [];
  const above = shares.filter(({ share }) => share > 0.5);
  const names = above.map(({ data, share }) => `${data} ${share.toFixed(2)}`).join(", ");
  const mean = geometricMean(shares.map(({ share }) => share)).toFixed(2);
  return [
    `Memory of SPIN's training step: ${mean} of NPT's (geometric mean of ${shares.length} sets); ` +
    (above.length === 0 ? "at most half on every set." : `more than half on ${names}.`),
  ];
}

/** SPIN beside others on one set: better or worse, or within the spread: the standard errors of both together. */
function setLine(scores: readonly Score[], data: string): string[] {
  const of = (model: string) => scores.find((s) => s.data === data && s.model === model);
  const name = SPINS.find((model) => of(model) !== undefined);
  const rivals = ["spin", "npt", "set-transformer", "xgboost", "knn"].filter((model) => model !== name);
  if (!name || !of("knn") || !of("xgboost")) return [];
  const own = of(name)!;
  const parts = rivals.flatMap((model) => {
    const rival = of(model);
    if (!rival) return [];
    const within = Math.abs(own.mean - rival.mean) <= Math.hypot(own.standardError, rival.standardError);
    const better = own.metric === "rmse" ? own.mean < rival.mean : own.mean > rival.mean;
    const words = within ? "within the spread of" : better ? "better than" : "worse than";
    return `${words} ${model} (${rival.mean.toPrecision(3)})`;
  });
  return [`${data}: ${name} ${own.mean.toPrecision(3)} is ${parts.join(", ")}.`];
}
