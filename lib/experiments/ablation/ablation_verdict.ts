import type { RunRecord } from "../../results/mod.ts";
import { type AblationResult, ablationResults, FEWEST_FOLDS } from "./ablation_results.ts";
import { ABLATION_QUESTIONS, type AblationQuestion, BASE } from "./ablation_settings.ts";

const TITLES: Record<AblationQuestion, string> = {
  blocks: "Blocks",
  predictor: "Predictor",
  inference: "What prediction knows of the train rows",
  masking: "Masking in training",
  rows: "Rows in training",
  rivals: "Rivals",
};

/** "XABA + ABLA 3.41, +0.52, clearly worse" */
function words({ label, rmse, difference }: AblationResult): string {
  if (!Number.isFinite(rmse.mean)) return `${label} diverged`;
  const { mean, clear, folds } = difference!;
  const side = mean < 0 ? "better" : "worse";
  const judged = clear ? `, clearly ${side}` : folds < FEWEST_FOLDS ? "" : ", not clearly different";
  return `${label} ${rmse.mean.toFixed(2)} (${mean < 0 ? "" : "+"}${mean.toFixed(2)}${judged})`;
}

/** What the numbers say, in words made from the numbers. */
export function ablationVerdict(records: readonly RunRecord[]): string {
  const results = ablationResults(records);
  const base = results.find(({ name }) => name === BASE);
  if (!base) return "- Full SPIN has no record, so there is nothing to compare with.";
  const few = base.folds < FEWEST_FOLDS ? ", too few to tell a difference from chance" : "";
  const lines = [`SPIN has an RMSE of ${base.rmse.mean.toFixed(2)} over ${base.folds} fold(s)${few}.`];
  for (const question of ABLATION_QUESTIONS) {
    const own = results.filter((result) => result.question === question && result.difference);
    if (own.length > 0) lines.push(`${TITLES[question]}: ${own.map(words).join("; ")}.`);
  }
  const memory = results.filter((result) => result.memory !== null);
  if (memory.length > 1 && base.memory !== null) {
    const [least] = [...memory].sort((a, b) => a.memory! - b.memory!);
    const most = memory.reduce((a, b) => a.memory! >= b.memory! ? a : b);
    const share = (bytes: number) => (bytes / base.memory!).toFixed(2);
    lines.push(
      `Memory of a step, as a share of SPIN's: from ${share(least!.memory!)} (${least!.label}) to ${
        share(most.memory!)
      } (${most.label}).`,
    );
  }
  return lines.map((line) => `- ${line}`).join("\n");
}
