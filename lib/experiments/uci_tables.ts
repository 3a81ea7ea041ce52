import { classicalFigures, uciFacts } from "../data/mod.ts";
import { methodDots, type MethodScore } from "../plots/mod.ts";
import {
  averageRanks,
  classicalScores,
  costTable,
  type RunRecord,
  type Score,
  scoreTable,
  summarise,
  type TableView,
} from "../results/mod.ts";

/** The headline measure of a data set. */
const headline = (data: string): string => uciFacts(data).task === "regression" ? "rmse" : "accuracy";

/** Our scores and the classical ones for the sets that were run, one score per set and model. */
export function uciScores(records: readonly RunRecord[]): Score[] {
  const ours = summarise(records).filter(({ data, metric }) => metric === headline(data));
  const sets = [...new Set(ours.map(({ data }) => data))];
  const classical = sets.flatMap((data) => classicalScores(classicalFigures(data)))
    .filter(({ data, metric, model }) => metric === headline(data) && model !== "constant");
  return [...ours, ...classical];
}

/** Table 1 as far as it was run: error or accuracy by set and model, average ranks below. */
export function uciTable(records: readonly RunRecord[]): TableView {
  return scoreTable(uciScores(records), {
    title: "UCI cross-validation: mean ± standard error over folds",
    notes: [
      "XGBoost, MLP and k-NN: scikit-learn and XGBoost on all ten of the same folds, tuned on validation rows.",
      "The figures of the paper's Table 1: not available offline.",
    ],
  });
}

/** Accuracy of all methods, one panel a set. */
export const uciFigure = (records: readonly RunRecord[]) =>
  methodDots(uciScores(records) as MethodScore[], { title: "UCI: SPIN beside its rivals" });

/** Time and memory of our runs. */
export const uciCosts = (records: readonly RunRecord[]): TableView =>
  costTable(records, "What the runs cost: means over folds");

/** What the numbers say, in words made from the numbers. */
export function uciVerdict(records: readonly RunRecord[]): string {
  const scores = uciScores(records);
  const { ranks, sets } = averageRanks(scores);
  const order = [...ranks].sort(([, a], [, b]) => a - b).map(([model, rank]) =>
    `${model} ${rank.toFixed(2)}`
  );
  const lines = [`Average rank over ${sets.length} set(s): ${order.join(", ")}.`];
  for (const data of [...new Set(scores.map((s) => s.data))]) {
    const of = (model: string) => scores.find((s) => s.data === data && s.model === model);
    const [spin, npt, knn, xgboost] = ["spin", "npt", "knn", "xgboost"].map(of);
    if (!spin || !knn || !xgboost) continue;
    const lower = spin.metric === "rmse" ? spin.mean < knn.mean : spin.mean > knn.mean;
    const parts = [
      `SPIN ${spin.mean.toPrecision(3)} is ${lower ? "better" : "worse"} than k-NN (${
        knn.mean.toPrecision(3)
      })`,
    ];
    if (npt) {
      const gap = Math.abs(spin.mean - npt.mean);
      const within = gap <= Math.hypot(spin.standardError, npt.standardError);
      const better = spin.metric === "rmse" ? spin.mean < npt.mean : spin.mean > npt.mean;
      parts.push(
        `${better ? "better than" : within ? "within the spread of" : "worse than"} NPT (${
          npt.mean.toPrecision(3)
        })`,
      );
    }
    parts.push(`XGBoost has ${xgboost.mean.toPrecision(3)}`);
    lines.push(`${data}: ${parts.join("; ")}.`);
  }
  return lines.map((line) => `- ${line}`).join("\n");
}
