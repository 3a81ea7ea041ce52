import { classicalFigures, uciFacts } from "../../data/mod.ts";
import { type Figure, methodDots, type MethodScore, rankLine } from "../../plots/mod.ts";
import {
  averageRanks,
  classicalScores,
  costTable,
  criticalDifference,
  type RunRecord,
  type Score,
  scoreTable,
  summarise,
  type TableView,
} from "../../results/mod.ts";
import { UCI_CLASSICAL } from "./uci_classical.ts";
import { UCI_MODELS } from "./uci_settings.ts";

/** The headline measure of a data set. */
const headline = (data: string): string => uciFacts(data).task === "regression" ? "rmse" : "accuracy";

const isClassical = (model: string): boolean => (UCI_CLASSICAL as readonly string[]).includes(model);

/** Whether a model is trained here. */
export const isNeural = (model: string): boolean => (UCI_MODELS as readonly string[]).includes(model);

/**
 * One score per set and model, ours first. A classical model has the score of its runs on the same folds; k-NN, XGBoost
 * and the MLP, without such runs, that of `data/uci/baselines.json`.
 */
export function uciScores(records: readonly RunRecord[]): Score[] {
  const runs = summarise(records).filter(({ data, metric }) => metric === headline(data));
  const [classical, ours] = [true, false].map((wanted) =>
    runs.filter((s) => isClassical(s.model) === wanted)
  );
  const sets = [...new Set(ours!.map(({ data }) => data))];
  const stored = sets.flatMap((data) => classicalScores(classicalFigures(data)))
    .filter(({ data, metric, model }) => metric === headline(data) && model !== "constant")
    .filter(({ data, model }) => !classical!.some((score) => score.data === data && score.model === model));
  return [...ours!, ...classical!.filter(({ data }) => sets.includes(data)), ...stored];
}

/** Table 1 as far as it was run: error or accuracy by set and model, average ranks below. */
export function uciTable(records: readonly RunRecord[]): TableView {
  return scoreTable(uciScores(records), {
    title: "UCI cross-validation: mean ± standard error over folds",
    notes: [
      "Classical models: scikit-learn, XGBoost and LightGBM on the same folds, tuned on the validation rows of each.",
      "The figures of the paper's Table 1: not available offline.",
    ],
  });
}

/** Accuracy of all methods, one panel a set. */
export const uciFigure = (records: readonly RunRecord[]): Figure =>
  methodDots(uciScores(records) as MethodScore[], { title: "UCI: SPIN beside its rivals" });

/** The line of average ranks; undefined without a set that all models were run on. */
export function uciRankFigure(records: readonly RunRecord[]): Figure | undefined {
  const { ranks, sets } = averageRanks(uciScores(records));
  if (sets.length === 0 || ranks.size < 2) return undefined;
  const difference = criticalDifference(ranks.size, sets.length);
  return rankLine([...ranks].map(([model, rank]) => ({ model, rank })), {
    title: "Average ranks",
    subtitle: `${sets.length} sets; bars join what they do not tell apart (Nemenyi, 5 %: ${
      difference.toFixed(2)
    })`,
    difference,
  });
}

/** Time and memory of our runs. */
export const uciCosts = (records: readonly RunRecord[]): TableView =>
  costTable(
    records.filter(({ model }) => !isClassical(model)),
    "What the runs cost: means over folds",
    "npt",
  );
