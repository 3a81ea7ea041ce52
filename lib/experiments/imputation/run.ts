/** Imputation of single windows of genotypes, a model for each (B1: the paper's single windows at a small scale). */
import { B1_WINDOWS, b1Windows, type ImputationWindow, windowTable } from "../../data/genotypes/windows.ts";
import type { BuildTableModel } from "../../models/table/mod.ts";
import { fit } from "../../train/table/fit.ts";
import { modelOf } from "../../train/table/task.ts";
import { imputedAlleles } from "../../train/table/imputation_r2.ts";
import type { Recipe } from "../../train/table/recipe.ts";
import { score } from "../../train/table/score.ts";
import {
  type Changes,
  configurationOf,
  type ExecuteOptions,
  type Experiment,
  nameOf,
  type Outcome,
  type Run,
  tableRecipe,
  variantConfiguration,
} from "../experiment.ts";
import { bestMeasures, outcomeOf } from "../table_run.ts";
import { classicalImputationRuns } from "./classical.ts";
import { haplotypeRuns } from "./haplotypes.ts";
import { imputationReport } from "./report.ts";
import {
  CLASSICAL_MODELS,
  HAPLOTYPE_MODELS,
  imputationRecipe,
  type ImputationSettings,
  imputationSettings,
} from "./settings.ts";
import {
  type ImputationDetails,
  type ImputationRecord,
  imputationScores,
  windowOf,
  windowRun,
} from "./window.ts";

/** B1's windows by size; cutting them takes a third of a second, and `runs` is called often. */
const cut = new Map<number, ImputationWindow[]>();

async function windowsOf({ windows, size }: ImputationSettings): Promise<ImputationWindow[]> {
  const all = cut.get(size) ??
    await b1Windows(Array.from({ length: B1_WINDOWS }, (_, window) => window), { size });
  cut.set(size, all);
  return windows.map((window) => all[window]!);
}

/** The runs of table models: seeds, then windows, then models, so that early results compare models. */
function trainedRuns(
  settings: ImputationSettings,
  windows: readonly ImputationWindow[],
): Run<ImputationDetails>[] {
  const { profile, seeds } = settings;
  const own: readonly unknown[] = HAPLOTYPE_MODELS;
  const models = settings.models.filter((model) => !own.includes(model));
  return seeds.flatMap((seed) =>
    windows.flatMap((window) =>
      models.map((model) => {
        const recipe = tableRecipe(imputationRecipe(model, profile, seed), settings);
        const build = typeof model === "string" ? undefined : model.build;
        const made = build && modelOf(windowTable(window).columns, recipe, build).parameters;
        const configuration = { ...configurationOf(recipe), ...variantConfiguration(model, made) };
        return windowRun(window, { profile, model: nameOf(model), seed, configuration }, {
          steps: recipe.steps,
          program: build ? undefined : {
            kind: "table",
            recipe,
            read: () => Promise.resolve({ table: windowTable(window), fold: window.fold }),
          },
          execute: (options) => execute(window, recipe, { ...options, build }),
        });
      })
    )
  );
}

/** Trains a model on a window; its test rows are predicted once, at the end. */
async function execute(
  window: ImputationWindow,
  recipe: Recipe,
  options: ExecuteOptions & { build?: BuildTableModel },
): Promise<Outcome<ImputationDetails> | undefined> {
  const { fold } = window;
  const table = windowTable(window);
  const fitted = await fit(table, fold, recipe, options);
  return await outcomeOf(fitted, async () => {
    const outputs = await fitted.predictor.predict(table, fold.test);
    const { metrics, details } = imputationScores(imputedAlleles(table, fold.test, outputs), window);
    return {
      metrics: {
        ...metrics,
        testLoss: score(table, fold.test, outputs).loss,
        validationR2: fitted.best.imputationR2 ?? null,
        ...bestMeasures(fitted),
      },
      details,
    };
  });
}

function changesOf(record: ImputationRecord): Changes<ImputationSettings> {
  const { model, seed, configuration, steps } = record;
  const classical = CLASSICAL_MODELS.find((name) => model === `${name}-run`) ??
    (model === "beagle-run" ? "beagle" : undefined);
  return {
    windows: [windowOf(record)],
    models: classical ? "none" : [model],
    classical: classical ?? "none",
    seeds: [seed],
    size: configuration["size"] as number,
    steps,
  };
}

export const imputation: Experiment<ImputationSettings, ImputationDetails> = {
  name: "imputation",
  notebook: "07_genotype_imputation",
  settings: imputationSettings,
  async runs(settings) {
    const windows = await windowsOf(settings);
    return [
      ...trainedRuns(settings, windows),
      ...haplotypeRuns(settings, windows),
      ...await classicalImputationRuns(settings, windows),
    ];
  },
  report: imputationReport,
  changesOf,
};
