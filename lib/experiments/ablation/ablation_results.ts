import { type RunRecord, spread } from "../../results/mod.ts";
import { type AblationQuestion, ablationRows, BASE } from "./ablation_settings.ts";
import { asProfile } from "../profiles.ts";

/** What one row of the ablation reaches. */
export interface AblationResult {
  name: string;
  label: string;
  question: AblationQuestion;
  folds: number;
  /** Over folds; the error is a standard error, NaN for a single fold. */
  rmse: { mean: number; error: number };
  /** RMSE minus that of full SPIN on the same folds; undefined for full SPIN itself. */
  difference?: { mean: number; error: number; folds: number; clear: boolean };
  parameters: number;
  /** Compiled bytes of a training step, and its mean seconds. */
  memory: number | null;
  step: number;
  /** Seconds of a run without compiling. */
  seconds: number;
}

/** From this many folds on a difference can be told from chance at all. */
export const FEWEST_FOLDS = 3;

/** 97.5 % points of Student's t by degrees of freedom, from 2. */
const STUDENT = [4.303, 3.182, 2.776, 2.571, 2.447, 2.365, 2.306, 2.262];

const meanAndError = (values: readonly number[]) => {
  const { mean, standardError } = spread(values);
  return { mean, error: standardError };
};

/** Whether a mean of so many differences is away from 0 at the 5 % level; never for fewer than three. */
const isClear = ({ mean, error }: { mean: number; error: number }, count: number): boolean =>
  Math.abs(mean) > (STUDENT[count - FEWEST_FOLDS] ?? Infinity) * error;

/** The rows of some records in the order of the table; records of other experiments are left out. */
export function ablationResults(records: readonly RunRecord[]): AblationResult[] {
  const runs = records.filter(({ experiment, status }) => experiment === "ablation" && status === "complete");
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
    const difference = meanAndError(differences);
    return [{
      name,
      label,
      question,
      folds: own.length,
      rmse: meanAndError(own.map(rmseOf)),
      ...(name === BASE || differences.length === 0 ? {} : {
        difference: {
          ...difference,
          folds: differences.length,
          clear: isClear(difference, differences.length),
        },
      }),
      parameters: own[0]!.parameters,
      memory: own[0]!.memory.compiledBytes,
      step: mean(({ seconds, steps }) => seconds.train / Math.max(1, steps)),
      seconds: mean(({ seconds }) => seconds.train + seconds.evaluate),
    }];
  });
}
