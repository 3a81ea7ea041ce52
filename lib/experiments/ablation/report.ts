import { rowDots } from "../../plots/mod.ts";
import {
  cell,
  counted,
  formatScore,
  formatSeconds,
  NOTHING,
  type RunRecord,
  spread,
  type TableView,
} from "../../results/mod.ts";
import { type Answer, present, recordsOf, type Report, wordOf } from "../experiment.ts";
import { asProfile } from "../profiles.ts";
import { ABLATION_QUESTIONS, type AblationQuestion, ablationRows, BASE } from "./settings.ts";

interface AblationResult {
  name: string;
  label: string;
  question: AblationQuestion;
  folds: number;
  /** Over folds; the standard error of a single fold is NaN. */
  rmse: Mean;
  /** RMSE minus that of full SPIN on the same folds; undefined for full SPIN itself. */
  difference?: Mean & { folds: number; clear: boolean };
  parameters: number;
  /** Compiled bytes of a training step, and its mean seconds. */
  memory: number | null;
  step: number;
  /** Seconds of a run without compiling. */
  seconds: number;
}

type Mean = Pick<ReturnType<typeof spread>, "mean" | "standardError">;

/** From this many folds on a difference can be told from chance at all. */
const FEWEST_FOLDS = 3;

/** 97.5 % points of Student's t by degrees of freedom, from 2. */
const STUDENT = [4.303, 3.182, 2.776, 2.571, 2.447, 2.365, 2.306, 2.262];

/** Whether a mean of so many differences is away from 0 at the 5 % level; never for fewer than three. */
const isClear = ({ mean, standardError }: Mean, count: number): boolean =>
  Math.abs(mean) > (STUDENT[count - FEWEST_FOLDS] ?? Infinity) * standardError;

/** The rows of some records in the order of the table; records of other experiments are left out. */
export function ablationResults(records: readonly RunRecord[]): AblationResult[] {
  const runs = recordsOf(records, "ablation").filter(({ status }) => status === "complete");
  if (runs.length === 0) return [];
  const rmseOf = (run: RunRecord): number => run.metrics["rmse"] ?? NaN;
  const base = new Map(
    runs.filter(({ model }) => model === BASE).map((run) => [run.fold!.index, rmseOf(run)]),
  );
  return ablationRows(asProfile(runs[0]!.profile)).flatMap(({ name, label, question }) => {
    const own = runs.filter(({ model }) => model === name);
    if (own.length === 0) return [];
    const mean = (value: (run: RunRecord) => number) => spread(own.map(value)).mean;
    const differences = own.flatMap((run) => {
      const other = base.get(run.fold!.index);
      return other === undefined ? [] : [rmseOf(run) - other];
    });
    const difference = spread(differences);
    const folds = differences.length;
    return [{
      name,
      label,
      question,
      folds: own.length,
      rmse: spread(own.map(rmseOf)),
      difference: name === BASE || folds === 0
        ? undefined
        : { ...difference, folds, clear: isClear(difference, folds) },
      parameters: own[0]!.parameters,
      memory: own[0]!.memory.compiledBytes,
      step: mean(({ seconds, steps }) => seconds.train / Math.max(1, steps)),
      seconds: mean(({ seconds }) => seconds.train + seconds.evaluate),
    }];
  });
}

/** Numbers keep together with what belongs to them. */
const unbroken = (text: string): string => text.replaceAll(" ", "\u00a0");

function differenceText({ difference }: AblationResult): string {
  if (!difference || !Number.isFinite(difference.mean)) return NOTHING;
  const { mean, standardError, clear } = difference;
  const spread = Number.isFinite(standardError) ? ` ± ${standardError.toFixed(2)}` : "";
  return `${mean < 0 ? "" : "+"}${mean.toFixed(2)}${spread}${clear ? " !" : ""}`;
}

function ablationTable(records: readonly RunRecord[]): TableView {
  const results = ablationResults(records);
  const best = Math.min(...results.map(({ rmse }) => Number.isFinite(rmse.mean) ? rmse.mean : Infinity));
  const folds = Math.max(0, ...results.map((one) => one.folds));
  const { profile, steps, configuration } = records[0] ?? {};
  const { embedding, depth } = (configuration?.["model"] ?? {}) as Record<string, number>;
  return {
    title: "Ablation on Boston housing",
    head: ["row", "RMSE", "beside SPIN", "parameters", "memory of a step", "a step", "run"],
    rows: results.map((result) => ({
      label: `${result.question}: ${result.label}`,
      cells: [
        cell(unbroken(formatScore(result.rmse)), result.rmse.mean === best),
        ...[
          differenceText(result),
          String(result.parameters),
          result.memory === null ? NOTHING : `${(result.memory / 1e6).toFixed(1)} MB`,
          formatSeconds(result.step),
          formatSeconds(result.seconds),
        ].map((text) => cell(unbroken(text))),
      ],
    })),
    notes: [
      `Mean ± standard error over ${folds} of 10 folds, ${profile} profile: e ${embedding}, ${depth} blocks, ` +
      `${steps} steps.`,
      "Beside SPIN: difference on the same folds; from three folds on ! marks one that is away from 0 at the 5 % level (Student's t), " +
      "as one of twenty is by chance.",
      "Memory is what the compiled training step needs; a run is without compiling.",
      "The figures of the paper's Table 6: not available offline.",
    ],
  };
}

function ablationFigure(records: readonly RunRecord[]) {
  const results = ablationResults(records);
  return rowDots(
    results.map(({ label, question, rmse: { mean, standardError } }) => (
      { label, group: question, mean, error: standardError }
    )),
    {
      title: "One thing changed at a time",
      subtitle: "test RMSE, mean and standard error over folds",
      xLabel: "RMSE",
      reference: results.find(({ name }) => name === BASE)?.label,
    },
  );
}

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

function ablationVerdict(records: readonly RunRecord[]): string {
  const results = ablationResults(records);
  const base = results.find(({ name }) => name === BASE);
  if (!base) return "- Full SPIN has no record, so there is nothing to compare with.";
  const few = base.folds < FEWEST_FOLDS ? ", too few to tell a difference from chance" : "";
  const lines = [
    `SPIN has an RMSE of ${base.rmse.mean.toFixed(2)} over ${counted(base.folds, "fold")}${few}.`,
  ];
  for (const question of ABLATION_QUESTIONS) {
    const own = results.filter((result) => result.question === question && result.difference);
    if (own.length > 0) lines.push(`${TITLES[question]}: ${own.map(words).join("; ")}.`);
  }
  const memory = results.filter((result) => result.memory !== null);
  if (memory.length > 1 && base.memory !== null) {
    const [least] = [...memory].sort((a, b) => a.memory! - b.memory!);
    const most = memory.reduce((a, b) => a.memory! >= b.memory! ? a : b);
    const share = (bytes: number) => (bytes / base.memory!).toFixed(2);
    const ends = [least!, most].map(({ memory, label }) => `${share(memory!)} (${label})`);
    lines.push(`Memory of a step, as a share of SPIN's: from ${ends.join(" to ")}.`);
  }
  return lines.map((line) => `- ${line}`).join("\n");
}

/** Reproduced if leaving out a kind of block is clearly worse for each kind; open with too few folds to tell. */
function ablationAnswer(records: readonly RunRecord[]): Answer | undefined {
  const results = ablationResults(records);
  const base = results.find(({ name }) => name === BASE);
  const blocks = results.filter(({ question, difference }) => question === "blocks" && difference);
  if (!base || blocks.length === 0) return undefined;
  if (base.folds < FEWEST_FOLDS) {
    const why = `${base.folds} folds are too few to tell a block from chance; ${FEWEST_FOLDS} are needed.`;
    return { word: "not tried at this size", why };
  }
  const worse = blocks.filter(({ difference }) => difference!.clear && difference!.mean > 0);
  return {
    word: wordOf(worse.length, blocks.length),
    why:
      `${worse.length} of ${blocks.length} models with a kind of block left out are clearly worse than SPIN, over ` +
      `${base.folds} folds.`,
  };
}

export const ablationReport = (records: readonly RunRecord[]): Report => ({
  tables: { rows: ablationTable(records) },
  figures: present({ rows: recordsOf(records, "ablation").length > 0 && ablationFigure(records) }),
  verdict: ablationVerdict(records),
  answer: ablationAnswer(records),
});
