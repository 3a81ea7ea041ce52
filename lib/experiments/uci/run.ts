/** Cross-validation of table models on UCI sets (the paper's Table 1), and classical models on the same folds. */
import { fit } from "../../train/table/fit.ts";
import { modelOf } from "../../train/table/task.ts";
import {
  configurationOf,
  type Experiment,
  nameOf,
  once,
  type Run,
  tableRecipe,
  variantConfiguration,
} from "../experiment.ts";
import { testedOutcome } from "../table_run.ts";
import { classicalRuns } from "./classical.ts";
import { columnTypes, loadAsked, uciFold, uciRun } from "./data.ts";
import { uciReport } from "./report.ts";
import { foldCount, setsOf, uciRecipe, type UciSettings, uciSettings } from "./settings.ts";

/** The runs of the models that are trained here: sets, then folds, then models, so that early results compare models. */
async function trainedRuns(settings: UciSettings): Promise<Run[]> {
  const { profile, models, seed } = settings;
  const runs = setsOf(settings).map(async (dataset) => {
    // A plan needs a table once, whichever its fold.
    const read = once(() => uciFold(dataset, profile, 0));
    const folds = Array.from({ length: foldCount(dataset, settings) }, (_, fold) => fold);
    return await Promise.all(folds.flatMap((fold) =>
      models.map(async (model) => {
        const recipe = tableRecipe(uciRecipe(model, dataset, profile, seed + fold), settings);
        const build = typeof model === "string" ? undefined : model.build;
        const made = build && modelOf((await read()).table.columns, recipe, build).parameters;
        const configuration = {
          ...configurationOf(recipe, { columnTypes: columnTypes(profile) }),
          ...variantConfiguration(model, made),
        };
        return await uciRun({
          dataset,
          profile,
          model: nameOf(model),
          fold,
          seed: seed + fold,
          configuration,
          steps: recipe.steps,
          program: build ? undefined : { kind: "table", recipe, read },
          execute: async (options) => {
            const { table, fold: rows } = await uciFold(dataset, profile, fold);
            return await testedOutcome(await fit(table, rows, recipe, { ...options, build }), table, rows);
          },
        });
      })
    ));
  });
  return (await Promise.all(runs)).flat();
}

export const uci: Experiment<UciSettings> = {
  name: "uci",
  notebook: "01_uci",
  settings: uciSettings,
  async runs(settings) {
    await loadAsked(settings);
    return [...await trainedRuns(settings), ...await classicalRuns(settings)];
  },
  report: uciReport,
};
