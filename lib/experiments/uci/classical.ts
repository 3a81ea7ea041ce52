import {
  baselineGrid,
  baselineInstalled,
  type BaselineTask,
  fitBaseline,
  type Setting,
  type SizeClass,
} from "../../baselines/mod.ts";
import { type EncodedTable, uciFacts } from "../../data/mod.ts";
import { UserError } from "../../errors.ts";
import { taskCommand } from "../../paths.ts";
import { accuracy, auroc, logLoss, rmse } from "../../train/table/metrics.ts";
import { asJson, type Outcome, type Run, untrained } from "../experiment.ts";
import type { Profile } from "../profiles.ts";
import { columnTypes, uciFold, uciRun } from "./data.ts";
import { foldCount, setsOf, type UciClassical, type UciSettings } from "./settings.ts";

/** The reference's sizes of sets, by which its grids differ (`baselines/sklearn_models.py`). */
const SIZES: Record<string, SizeClass> = {
  "protein": "medium",
  "poker-hand": "medium",
  "income": "medium",
  "kick": "medium",
  "forest-cover": "large",
  "higgs": "higgs",
};
const MOST_SMALL = 3000;

const sizeOf = (name: string, rows: number): SizeClass =>
  SIZES[name] ?? (rows <= MOST_SMALL ? "small" : "medium");

/** Sets, then folds, then models, tuned on validation rows; for what `task setup --baselines` installs. */
export async function classicalRuns(settings: UciSettings): Promise<Run[]> {
  const { profile, classical, seed } = settings;
  const install = await baselineInstalled() ? undefined : taskCommand("setup --baselines");
  const runs = setsOf(settings).flatMap((dataset) => {
    const { n, task } = uciFacts(dataset);
    const kind = task === "regression" ? "regression" as const : "classification" as const;
    return Array.from({ length: foldCount(dataset, settings) }, (_, fold) => fold).flatMap((fold) =>
      (classical as UciClassical[]).map((model) => {
        const grid = baselineGrid(model, sizeOf(dataset, n), profile, kind);
        return uciRun({
          dataset,
          profile,
          model,
          fold,
          seed: seed + fold,
          configuration: asJson({ grid, columnTypes: columnTypes(profile) }),
          steps: 0,
          external: true,
          needs: install,
          execute: () => execute(dataset, profile, fold, model, grid, seed + fold),
        });
      })
    );
  });
  return await Promise.all(runs);
}

async function execute(
  dataset: string,
  profile: Profile,
  index: number,
  model: UciClassical,
  grid: Setting[],
  seed: number,
): Promise<Outcome> {
  const { table, fold } = await uciFold(dataset, profile, index);
  const { columns, task, examples, measures } = classicalTable(table);
  const result = await fitBaseline({
    model,
    grid,
    columns,
    task,
    train: examples(fold.train),
    validation: examples(fold.val),
    test: examples(fold.test),
    seed,
    threads: navigator.hardwareConcurrency,
  });
  const { score: validationLoss, peakBytes } = result;
  return {
    metrics: { ...measures(fold.test, result.test), validationLoss, peakBytes },
    ...untrained({ train: result.totalSeconds, evaluate: result.predictSeconds }),
  };
}

/**
 * An encoded table with one target as classical models read it (`baselines/utils/baseline_hyper_tuner.py`). Missing cells
 * are zeros: the mean of a number, no class.
 *
 * @throws UserError for a table with several targets
 */
export function classicalTable(table: EncodedTable) {
  const { columns } = table;
  const d = columns.length;
  const numeric = columns.flatMap(({ kind }, j) => kind === "numeric" ? [j] : []);
  const categorical = columns.flatMap(({ kind }, j) => kind === "categorical" ? [j] : []);
  const targets = columns.filter(({ target }) => target);
  if (targets.length !== 1) throw new UserError(`expected one target, found ${targets.length}`);
  const target = targets[0]!;
  const [dn, dc] = [numeric.length, categorical.length];
  const targetAt = (target.kind === "numeric" ? numeric : categorical).indexOf(columns.indexOf(target));
  const label = (row: number) =>
    target.kind === "numeric" ? table.values[row * dn + targetAt]! : table.codes[row * dc + targetAt]!;

  const numbers = numeric.flatMap((j, at) => columns[j]!.target ? [] : [at]);
  const indicators: { at: number; from: number; classes: number }[] = [];
  let width = numbers.length;
  categorical.forEach((j, at) => {
    if (columns[j]!.target) return;
    const classes = columns[j]!.classes.length;
    indicators.push({ at, from: width, classes });
    width += classes;
  });
  const known = (rows: Int32Array) => rows.filter((row) => !table.missing[row * d + columns.indexOf(target)]);

  const task: BaselineTask = target.kind === "numeric"
    ? { kind: "regression", targets: 1 }
    : { kind: "classification", classes: [target.classes.length] };
  return {
    /** Numbers of a row: standardised numeric features, then an indicator for each class of the categorical ones. */
    columns: width,
    task,
    /** x [rows · columns], y [rows]: class indices or standardised numbers. */
    examples: (rows: Int32Array) => {
      const labelled = known(rows);
      const x = new Float32Array(labelled.length * width);
      labelled.forEach((row, i) => {
        numbers.forEach((at, k) => x[i * width + k] = table.values[row * dn + at]!);
        for (const { at, from } of indicators) {
          const code = table.codes[row * dc + at]!;
          if (code >= 0) x[i * width + from + code] = 1;
        }
      });
      return { x, y: Float32Array.from(labelled, label) };
    },
    /** Measures of what was predicted for rows: [rows] numbers or [rows · classes] probabilities. */
    measures: (rows: Int32Array, predicted: Float32Array): Record<string, number> => {
      const truth = Float64Array.from(known(rows), label);
      if (target.kind === "numeric") return { rmse: rmse(predicted, truth, target.deviation) };
      const classes = target.classes.length;
      const measures: Record<string, number> = {
        accuracy: accuracy(predicted, truth, classes),
        logLoss: logLoss(predicted, truth, classes),
      };
      if (classes !== 2) return measures;
      const second = predicted.filter((_, i) => i % 2 === 1);
      return { ...measures, auroc: auroc(second, truth) };
    },
  };
}
