import { averageRanks, type RunRecord, type Score, spread } from "../../results/mod.ts";
import { geometricMean } from "./uci_memory_tables.ts";
import { isNeural, uciScores } from "./uci_tables.ts";

const ordered = (scores: readonly Score[]) => {
  const { ranks, sets } = averageRanks(scores);
  return { order: [...ranks].sort(([, a], [, b]) => a - b), sets };
};

const listed = (order: readonly [string, number][]): string =>
  order.map(([model, rank]) => `${model} ${rank.toFixed(2)}`).join(", ");

/** What the numbers say, in words made from the numbers. */
export function uciVerdict(records: readonly RunRecord[]): string {
  const scores = uciScores(records);
  const { order, sets } = ordered(scores);
  const lines = [`Average rank over ${sets.length} set(s): ${listed(order)}.`];
  const neural = ordered(scores.filter(({ model }) => isNeural(model)));
  if (neural.order.length > 1) {
    const [first] = neural.order[0]!;
    const best = first === "spin"
      ? "SPIN is the best of the neural models"
      : "SPIN is not the best of the neural models";
    if (neural.order.some(([model]) => model === "spin")) {
      lines.push(
        `${best}, ranked among themselves on ${neural.sets.length} set(s): ${listed(neural.order)}.`,
      );
    }
  }
  lines.push(...memoryLines(records));
  for (const data of [...new Set(scores.map((s) => s.data))]) lines.push(...setLine(scores, data));
  return lines.map((line) => `- ${line}`).join("\n");
}

/** SPIN's compiled memory beside NPT's on each set. */
function memoryLines(records: readonly RunRecord[]): string[] {
  const mean = (data: string, model: string) =>
    spread(
      records.filter((run) => run.data.name === data && run.model === model && run.experiment === "uci")
        .map((run) => run.memory.compiledBytes ?? NaN),
    ).mean;
  const shares = [...new Set(records.map(({ data }) => data.name))]
    .map((data) => ({ data, share: mean(data, "spin") / mean(data, "npt") }))
    .filter(({ share }) => Number.isFinite(share));
  if (shares.length === 0) return [];
  const above = shares.filter(({ share }) => share > 0.5);
  const names = above.map(({ data, share }) => `${data} ${share.toFixed(2)}`).join(", ");
  return [
    `Memory of SPIN's training step: ${
      geometricMean(shares.map(({ share }) => share)).toFixed(2)
    } of NPT's ` +
    `(geometric mean of ${shares.length} sets); ` +
    (above.length === 0 ? "at most half on every set." : `more than half on ${names}.`),
  ];
}

/** SPIN beside k-NN, NPT and XGBoost on one set. */
function setLine(scores: readonly Score[], data: string): string[] {
  const of = (model: string) => scores.find((s) => s.data === data && s.model === model);
  const [spin, npt, knn, xgboost] = ["spin", "npt", "knn", "xgboost"].map(of);
  if (!spin || !knn || !xgboost) return [];
  const better = (a: Score, b: Score) => a.metric === "rmse" ? a.mean < b.mean : a.mean > b.mean;
  const parts = [
    `SPIN ${spin.mean.toPrecision(3)} is ${better(spin, knn) ? "better" : "worse"} than k-NN (${
      knn.mean.toPrecision(3)
    })`,
  ];
  if (npt) {
    const within = Math.abs(spin.mean - npt.mean) <= Math.hypot(spin.standardError, npt.standardError);
    const words = within ? "within the spread of" : better(spin, npt) ? "better than" : "worse than";
    parts.push(`${words} NPT (${npt.mean.toPrecision(3)})`);
  }
  parts.push(`XGBoost has ${xgboost.mean.toPrecision(3)}`);
  return [`${data}: ${parts.join("; ")}.`];
}
