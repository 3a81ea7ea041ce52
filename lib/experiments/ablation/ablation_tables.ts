import { rowDots } from "../../plots/mod.ts";
import { formatScore, formatSeconds, type RunRecord, type TableView } from "../../results/mod.ts";
import { type AblationResult, ablationResults } from "./ablation_results.ts";
import { BASE } from "./ablation_settings.ts";

const NOTHING = "–";

/** Numbers keep together with what belongs to them. */
const unbroken = (text: string): string => text.replaceAll(" ", "\u00a0");

const scoreText = ({ mean, error }: { mean: number; error: number }): string =>
  formatScore({ mean, standardError: error });

function differenceText({ difference }: AblationResult): string {
  if (!difference) return NOTHING;
  const { mean, error, clear } = difference;
  if (!Number.isFinite(mean)) return NOTHING;
  const spread = Number.isFinite(error) ? ` ± ${error.toFixed(2)}` : "";
  return `${mean < 0 ? "" : "+"}${mean.toFixed(2)}${spread}${clear ? " !" : ""}`;
}

/** Table 6 and the other rows: errors, and what each costs. */
export function ablationTable(records: readonly RunRecord[]): TableView {
  const results = ablationResults(records);
  const best = Math.min(...results.map(({ rmse }) => Number.isFinite(rmse.mean) ? rmse.mean : Infinity));
  const { profile, steps, configuration } = records[0] ?? {};
  const { embedding, depth } = (configuration?.["model"] ?? {}) as Record<string, number>;
  return {
    title: "Ablation on Boston housing",
    head: ["row", "RMSE", "beside SPIN", "parameters", "memory of a step", "a step", "run"],
    rows: results.map((result) => ({
      label: `${result.question}: ${result.label}`,
      cells: [
        { text: unbroken(scoreText(result.rmse)), best: result.rmse.mean === best },
        ...[
          differenceText(result),
          String(result.parameters),
          result.memory === null ? NOTHING : `${(result.memory / 1e6).toFixed(1)} MB`,
          formatSeconds(result.step),
          formatSeconds(result.seconds),
        ].map((text) => ({ text: unbroken(text), best: false })),
      ],
    })),
    notes: [
      `Mean ± standard error over ${
        Math.max(0, ...results.map(({ folds }) => folds))
      } of 10 folds, ${profile} profile: ` +
      `e ${embedding}, ${depth} blocks, ${steps} steps.`,
      "Beside SPIN: difference on the same folds; from three folds on ! marks one that is away from 0 at the 5 % level (Student's t), " +
      "as one of twenty is by chance.",
      "Memory is what the compiled training step needs; a run is without compiling.",
      "The figures of the paper's Table 6: not available offline.",
    ],
  };
}

/** The errors as dots, full SPIN's as a line. */
export function ablationFigure(records: readonly RunRecord[]) {
  const results = ablationResults(records);
  return rowDots(
    results.map(({ label, question, rmse: { mean, error } }) => ({ label, group: question, mean, error })),
    {
      title: "One thing changed at a time",
      subtitle: "test RMSE, mean and standard error over folds",
      xLabel: "RMSE",
      reference: results.find(({ name }) => name === BASE)?.label,
    },
  );
}
