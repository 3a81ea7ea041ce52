import { UserError } from "../errors.ts";
import { differing } from "../options.ts";
import { type Figure, lossCurve } from "../plots/mod.ts";
import { formatDuration } from "../progress/format.ts";
import { cell, NOTHING, type TableView } from "../results/mod.ts";
import { type Trained, type Trial, trialOf } from "./trial.ts";

/** Scores of which more is better. */
const RISING = /^(accuracy|auroc|target|context|imputationR2|r2)/i;

const shown = (value: unknown): string =>
  value === undefined || value === null
    ? NOTHING
    : typeof value === "number"
    ? String(Number(value.toPrecision(4)))
    : String(value);

/** The options in which trials differ, but steps: a stopped run has the same aim as one that goes on. */
const differences = (trials: readonly Trial[]): string[] =>
  differing(trials.map(({ options }) => options)).filter((name) => name !== "steps");

/** The names of trials, with the options in which they differ: "1: h 5, rate 0.01". */
export function trialNames(trials: readonly Trial[]): string[] {
  const names = differences(trials);
  return trials.map(({ options }, i) => {
    const words = names.map((name) => `${name} ${shown(options[name])}`).join(", ");
    return words === "" ? `run ${i + 1}` : `${i + 1}: ${words}`;
  });
}

/** The options in which trials differ, and what they reached; the best of a score is marked. */
export function trialTable(trials: readonly Trial[], title = "Runs"): TableView {
  const options = differences(trials);
  const scores = [...new Set(trials.flatMap((trial) => Object.keys(trial.scores)))];
  const best = scores.map((name) => {
    const values = trials.map((trial) => trial.scores[name]).filter((value) =>
      Number.isFinite(value)
    ) as number[];
    return trials.length < 2 || values.length === 0
      ? undefined
      : RISING.test(name)
      ? Math.max(...values)
      : Math.min(...values);
  });
  return {
    title,
    head: ["run", ...options, "steps", "best step", ...scores, "time"],
    rows: trials.map((trial, i) => ({
      label: `${i + 1}`,
      cells: [
        ...options.map((name) => cell(shown(trial.options[name]))),
        cell(`${trial.steps}${trial.stopped ? ", stopped" : ""}`),
        cell(shown(trial.course.best)),
        ...scores.map((name, k) => cell(shown(trial.scores[name]), trial.scores[name] === best[k])),
        cell(formatDuration(trial.seconds)),
      ],
    })),
    notes: [],
  };
}

/** The validation curves of trials, or those of training where there is no other; undefined without any point. */
export function trialFigure(trials: readonly Trial[], title = "Validation loss"): Figure | undefined {
  const names = trialNames(trials);
  const points = trials.flatMap(({ course }, i) => {
    const finite = course.validation.filter(([, value]) => Number.isFinite(value));
    const line = finite.length > 0 ? finite : course.train;
    return line.map(([step, value]) => ({ series: names[i]!, step, value }));
  });
  return points.length === 0 ? undefined : lossCurve(points, { title, yLabel: "loss" });
}

/**
 * Runs side by side: their curves in one figure, and a table of the options in which they differ and of what they reached.
 *
 * @param runs what `fitTable` or `fitProcess` gave, and records
 * @returns a figure, undefined where no run has a curve, and a table
 * @throws UserError without any run
 *
 * @example
 * const { figure, table } = compare([await fitTable({ ...data, h: 5 }), await fitTable({ ...data, h: 20 })]);
 */
export function compare(runs: readonly Trained[]): { figure: Figure | undefined; table: TableView } {
  const isRun = (one: unknown): boolean => typeof one === "object" && one !== null && "steps" in one;
  if (!Array.isArray(runs) || runs.length === 0 || !runs.every(isRun)) {
    throw new UserError("compare: expected a list of at least one run: fitted models or records");
  }
  const trials = runs.map(trialOf);
  return { figure: trialFigure(trials), table: trialTable(trials) };
}
