import {
  encode,
  type EncodedTable,
  fitSchema,
  type Fold,
  loadUci,
  readSplits,
  uciFacts,
} from "../../data/mod.ts";
import { fit, type FitOptions, type Fitted } from "../../train/table/fit.ts";
import type { Recipe } from "../../train/table/recipe.ts";
import { configurationOf, type Experiment, once, type Run, runOf } from "../experiment.ts";
import { testedOutcome } from "../table_run.ts";
import { uciFold } from "../uci/data.ts";
import { ablationReport } from "./report.ts";
import {
  ABLATION_FOLDS,
  ablationRecipe,
  type AblationRow,
  type AblationSettings,
  ablationSettings,
  chosenRows,
} from "./settings.ts";

/** The table of the published block ablation, and its folds. */
const DATASET = "boston-housing";
const FOLDS = 10;

/**
 * A fold of the table, and what was trained on it. In inductive runs neither batches nor standardisation know the
 * features of other rows.
 */
export async function trainAblation(
  recipe: Recipe,
  index: number,
  options: FitOptions = {},
): Promise<{ table: EncodedTable; fold: Fold; fitted: Fitted }> {
  const { table: raw, facts } = await loadUci(DATASET);
  const fold = (await readSplits(DATASET))[index]!;
  const notify = () => {};
  const semiSupervised = recipe.transductive;
  const schema = fitSchema(raw, { targets: [facts.target], trainRows: fold.train, semiSupervised, notify });
  const table = encode(raw, schema, { notify });
  return { table, fold, fitted: await fit(table, fold, recipe, options) };
}

/** What a row on one fold is trained by, and what its run is known by. */
export function ablationRun(row: AblationRow, fold: number, settings: AblationSettings) {
  const { profile, seed, steps, model, recipe: changes } = settings;
  const { name, sha256 } = uciFacts(DATASET);
  const recipe = {
    ...ablationRecipe(row, profile, seed + fold, { model, recipe: changes }),
    ...(steps ? { steps } : {}),
  };
  return {
    recipe,
    known: {
      profile,
      data: name,
      model: row.name,
      of: { name, sha256 },
      seed: seed + fold,
      fold: { index: fold, of: FOLDS },
      configuration: configurationOf(recipe),
      steps: recipe.steps,
    },
  };
}

/** Folds, then rows, so that early results compare rows. */
function runs(settings: AblationSettings): Run[] {
  const { profile, folds } = settings;
  const read = once(() => uciFold(DATASET, profile, 0));
  const count = Math.min(folds || ABLATION_FOLDS[profile], FOLDS);
  return Array.from({ length: count }, (_, fold) => fold).flatMap((fold) =>
    chosenRows(settings).map((row) => {
      const { recipe, known } = ablationRun(row, fold, settings);
      return runOf({
        ...known,
        experiment: "ablation",
        words: [row.name, `fold${fold}`],
        program: { kind: "table", recipe, read },
        execute: async (options) => {
          const { table, fold: rows, fitted } = await trainAblation(recipe, fold, options);
          return await testedOutcome(fitted, table, rows);
        },
      });
    })
  );
}

/** SPIN on Boston housing with one thing changed at a time (the paper's Table 6). */
export const ablation: Experiment<AblationSettings> = {
  name: "ablation",
  notebook: "03_ablation",
  settings: ablationSettings,
  runs,
  report: ablationReport,
  changesOf: ({ model }) => ({ rows: [model] }),
};
