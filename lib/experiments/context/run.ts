/** Whether trained table models read the training set that they are given when they predict. */
import { uciFacts } from "../../data/mod.ts";
import { geometricMean, type RunRecord, type TableView } from "../../results/mod.ts";
import { type ContextEffect, contextEffect } from "../../train/table/context_effect.ts";
import { fit } from "../../train/table/fit.ts";
import {
  changed,
  type Changes,
  configurationOf,
  type Experiment,
  type Report,
  type Run,
  runId,
  type Settings,
} from "../experiment.ts";
import type { Profile } from "../profiles.ts";
import { outcomeOf } from "../table_run.ts";
import { columnTypes, uciFold, uciRun } from "../uci/data.ts";
import { UCI_MODELS, UCI_SETS, uciRecipe } from "../uci/settings.ts";

interface ContextSettings extends Settings {
  datasets: string[];
  models: string[];
  /** Which fold is trained on; its validation rows are predicted. */
  fold: number;
  seed: number;
  /** Optimiser steps; 0 for the profile's. */
  steps: number;
}

type ContextDetails = { errors: ContextEffect[] };

function settings(profile: Profile, changes?: Changes<ContextSettings>): ContextSettings {
  const chosen = changed<ContextSettings>(
    {
      profile,
      datasets: Object.keys(UCI_SETS.quick),
      models: ["spin-context", "spin", "npt", "set-transformer"],
      fold: 1,
      seed: 42,
      steps: 0,
    },
    changes,
    { models: UCI_MODELS },
  );
  return { ...chosen, datasets: chosen.datasets.map((name) => uciFacts(name).name) };
}

/** Sets, then models. */
const runs = (
  { profile, datasets, models, fold, seed, steps }: ContextSettings,
): Promise<Run<ContextDetails>[]> =>
  Promise.all(datasets.flatMap((dataset) =>
    models.map(async (model): Promise<Run<ContextDetails>> => {
      const base = uciRecipe(model, dataset, profile, seed + fold);
      const recipe = { ...base, ...steps ? { steps } : {} };
      const configuration = configurationOf(recipe, { columnTypes: columnTypes(profile) });
      const run = await uciRun({ dataset, model, fold, seed: seed + fold, configuration }, profile);
      return {
        ...run,
        id: runId("context", dataset, model, `fold${fold}`),
        identity: run.identity && { ...run.identity, experiment: "context" },
        identify: async () => ({ ...await run.identify!(), experiment: "context" }),
        steps: recipe.steps,
        async execute(options) {
          const { table, fold: rows } = await uciFold(dataset, profile, fold);
          const fitted = await fit(table, rows, recipe, options);
          return await outcomeOf(fitted, async () => {
            const errors = await contextEffect(fitted, table, rows);
            const of = (name: string) => errors.find(({ change }) => change === name)!.error;
            return {
              metrics: { error: of("as trained"), labelsPermuted: of("labels permuted") },
              details: { errors },
            };
          });
        },
      };
    })
  ));

/** From this share on a permuted context is said to cost something. */
const COST = 0.1;

const shareOf = ({ metrics }: RunRecord): number => metrics["labelsPermuted"]! / metrics["error"]! - 1;

/** Errors by what was done to the context, and in how many sets it matters. */
function report(all: readonly RunRecord[]): Report {
  const place = ({ model }: RunRecord) => UCI_MODELS.findIndex((name) => name === model);
  const records = (all.filter(({ experiment }) => experiment === "context") as RunRecord<ContextDetails>[])
    .sort((a, b) => a.data.name.localeCompare(b.data.name) || place(a) - place(b));
  const changes = records[0]?.details.errors.map(({ change }) => change) ?? [];
  const effects: TableView = {
    title: "Errors of the validation rows by the context that prediction reads",
    head: ["data set, model", ...changes],
    rows: records.map(({ data, model, details: { errors } }) => ({
      label: `${data.name}, ${model}`,
      cells: changes.map((name) => {
        const found = errors.find(({ change }) => change === name);
        return { text: found ? found.error.toPrecision(3) : "–", best: false };
      }),
    })),
    notes: [
      "RMSE, or the share of rows in a wrong class; one training each. Permuted: the labels of the context among its rows; or every " +
      "feature by itself. Rows: as many of the context are left.",
      "A model whose error does not change predicts from a row and its weights alone.",
    ],
  };
  const lines = [...Map.groupBy(records, ({ model }) => model)].map(([model, own]) => {
    const costly = own.filter((record) => shareOf(record) >= COST).map(({ data }) => data.name);
    const mean = geometricMean(own.map((record) => Math.max(1e-9, 1 + shareOf(record)))) - 1;
    return `- ${model}: labels permuted among the rows of the context change the error by ${
      (100 * mean).toFixed(1)
    } % (geometric mean of ${own.length} sets); by ${100 * COST} % or more on ${
      costly.length === 0 ? "none of them" : costly.join(", ")
    }.`;
  });
  return { tables: { effects }, figures: {}, verdict: lines.join("\n") };
}

/** What the context is worth to trained models, on the validation rows of one fold. */
export const context: Experiment<ContextSettings, ContextDetails> = {
  name: "context",
  notebook: "03_ablation",
  settings,
  runs,
  report,
  changesOf: ({ fold, seed }) => ({ fold: fold!.index, seed: seed - fold!.index }),
};
