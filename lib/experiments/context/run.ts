/** Whether trained table models read the training set that they are given when they predict. */
import * as tf from "@tensorflow/tfjs-core";
import { sampleGp } from "../../data/gp/mod.ts";
import { uciFacts } from "../../data/mod.ts";
import { jit } from "../../engine/mod.ts";
import {
  cell,
  geometricMean,
  NOTHING,
  readRecords,
  recordName,
  type RunRecord,
  type TableView,
} from "../../results/mod.ts";
import { TABLE_MODELS, type TableModelName } from "../../tabular/mod.ts";
import { processContextEffect } from "../../train/process/context_effect.ts";
import { type ContextEffect, contextEffect } from "../../train/table/context_effect.ts";
import { fit } from "../../train/table/fit.ts";
import {
  changed,
  type Changes,
  configurationOf,
  type Experiment,
  recordsOf,
  type Report,
  type Run,
  runOf,
  type Settings,
  untrained,
} from "../experiment.ts";
import { trainedProcess } from "../process_run.ts";
import { KEPT_RECORDS, type Profile } from "../profiles.ts";
import { generatedData } from "../run.ts";
import { outcomeOf } from "../table_run.ts";
import { LOOKUP, lookupRecipe, trainLookup } from "./lookup.ts";
import { columnTypes, uciFold, uciRun } from "../uci/data.ts";
import { UCI_MODELS, UCI_SETS, uciRecipe } from "../uci/settings.ts";

interface ContextSettings extends Settings {
  datasets: string[];
  models: string[];
  /** Which fold is trained on; its validation rows are predicted. */
  fold: number;
  seed: number;
  steps: number;
  /** Models that are tried on the lookup probe. */
  lookup: string[];
  /** Neural processes whose weights came with the workspace: their context must matter, which tests the test. */
  processes: string[];
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
      lookup: [...TABLE_MODELS],
      processes: ["cipnp-sharp"],
    },
    changes,
    { models: UCI_MODELS, lookup: TABLE_MODELS },
  );
  return { ...chosen, datasets: chosen.datasets.map((name) => uciFacts(name).name) };
}

/** Functions that a neural process is tried on, and their points. */
const FUNCTIONS = { kernel: "rbf", batch: 64, points: 128 } as const;
const CONTEXT_POINTS = 64;

/** The runs on neural processes: trained weights are read, nothing is trained. */
async function processRuns({ profile, processes, seed }: ContextSettings): Promise<Run<ContextDetails>[]> {
  const kept = processes.length === 0 ? [] : await readRecords(KEPT_RECORDS);
  return processes.map((model): Run<ContextDetails> => {
    const trained = kept.find((record) => record.experiment === "gp" && record.model === model);
    const data = `gp-${FUNCTIONS.kernel} ${FUNCTIONS.batch} functions`;
    return runOf({
      experiment: "context",
      words: ["gp", model],
      profile,
      data,
      model,
      of: generatedData(data),
      seed,
      configuration: { ...FUNCTIONS, context: CONTEXT_POINTS, trained: trained ? recordName(trained) : null },
      needs: trained ? undefined : `the weights of a trained ${model} in results/weights`,
      async execute() {
        const start = performance.now();
        const { process } = await trainedProcess(trained!);
        const key = tf.tensor1d([seed, 0], "int32");
        const sample = jit((key: tf.Tensor) => {
          const { x, y } = sampleGp(FUNCTIONS, key);
          return { x, y };
        });
        const points = sample(key);
        try {
          const errors = await processContextEffect(process, points, CONTEXT_POINTS);
          return {
            metrics: effectsOf(errors),
            details: { errors },
            ...untrained({ evaluate: (performance.now() - start) / 1000 }),
          };
        } finally {
          tf.dispose([key, points.x, points.y]);
          sample.dispose();
          process.parameters.forEach((parameter) => parameter.dispose());
        }
      },
    });
  });
}

/** The two errors of which a share is taken. */
const effectsOf = (errors: readonly ContextEffect[]) => {
  const of = (name: string) => errors.find(({ change }) => change === name)!.error;
  return { error: of("as trained"), labelsPermuted: of("labels permuted") };
};

/** Sets, then models. */
const tableRuns = (
  { profile, datasets, models, fold, seed, steps }: ContextSettings,
): Promise<Run<ContextDetails>[]> =>
  Promise.all(datasets.flatMap((dataset) =>
    models.map((model) => {
      const base = uciRecipe(model, dataset, profile, seed + fold);
      const recipe = { ...base, ...steps ? { steps } : {} };
      return uciRun<ContextDetails>({
        experiment: "context",
        dataset,
        profile,
        model,
        fold,
        seed: seed + fold,
        configuration: configurationOf(recipe, { columnTypes: columnTypes(profile) }),
        steps: recipe.steps,
        async execute(options) {
          const { table, fold: rows } = await uciFold(dataset, profile, fold);
          const fitted = await fit(table, rows, recipe, options);
          return await outcomeOf(fitted, async () => {
            const errors = await contextEffect(fitted, table, rows);
            return { metrics: effectsOf(errors), details: { errors } };
          });
        },
      });
    })
  ));

const LOOKUP_DATA = "lookup of copies";

const lookupRuns = ({ profile, lookup, seed, steps }: ContextSettings): Run<ContextDetails>[] =>
  lookup.map((model) => {
    const recipe = lookupRecipe(model as TableModelName, steps, seed);
    return runOf({
      experiment: "context",
      words: ["lookup", model],
      profile,
      data: LOOKUP_DATA,
      model,
      of: generatedData(LOOKUP_DATA),
      seed,
      configuration: configurationOf(recipe, { lookup: LOOKUP }),
      steps: recipe.steps,
      async execute(options) {
        const fitted = await trainLookup(recipe, LOOKUP, options);
        return await outcomeOf(fitted, async () => {
          const errors = await fitted.effects();
          return { metrics: effectsOf(errors), details: { errors } };
        });
      },
    });
  });

/** Which models find the copy of a row, whose labels have deviation 1. */
function lookupVerdict(records: readonly RunRecord<ContextDetails>[]): string[] {
  const errors = records.map(({ model, metrics: { error, labelsPermuted } }) =>
    `${model} ${error!.toFixed(2)} (${labelsPermuted!.toFixed(2)} with permuted labels)`
  );
  return errors.length === 0 ? [] : [
    "- Asked for the labels of copies of rows that no training has seen, where only the context tells them: " +
    `error ${errors.join(", ")}; a parametric model has 1 or more.`,
  ];
}

/** From this share on a permuted context is said to cost something. */
const COST = 0.1;

const shareOf = ({ metrics }: RunRecord): number => metrics["labelsPermuted"]! / metrics["error"]! - 1;

function report(all: readonly RunRecord[]): Report {
  // Neural processes come last.
  const place = ({ model }: RunRecord) => {
    const at = UCI_MODELS.findIndex((name) => name === model);
    return at < 0 ? UCI_MODELS.length : at;
  };
  const records = recordsOf<RunRecord<ContextDetails>>(all, "context")
    .sort((a, b) => a.data.name.localeCompare(b.data.name) || place(a) - place(b));
  const changes = records[0]?.details.errors.map(({ change }) => change) ?? [];
  const effects: TableView = {
    title: "Errors of the validation rows by the context that prediction reads",
    head: ["data set, model", ...changes],
    rows: records.map(({ data, model, details: { errors } }) => ({
      label: `${data.name}, ${model}`,
      cells: changes.map((name) => {
        const found = errors.find(({ change }) => change === name);
        return cell(found?.error.toPrecision(3) ?? NOTHING);
      }),
    })),
    notes: [
      "RMSE, or the share of rows in a wrong class; one training each. Permuted: the labels of the context among its rows; or every " +
      "feature by itself. Rows: as many of the context are left.",
      "A model whose error does not change predicts from a row and its weights alone.",
    ],
  };
  const [probes, others] = [true, false].map((is) =>
    records.filter(({ data }) => (data.name === LOOKUP_DATA) === is)
  ) as [typeof records, typeof records];
  const lines = [...Map.groupBy(others, ({ model }) => model)].map(([model, own]) => {
    const costly = own.filter((record) => shareOf(record) >= COST).map(({ data }) => data.name);
    const mean = geometricMean(own.map((record) => Math.max(1e-9, 1 + shareOf(record)))) - 1;
    const effect = mean < 1
      ? `change the error by ${(100 * mean).toFixed(1)} %`
      : `multiply the error by ${(1 + mean).toPrecision(3)}`;
    const over = own.length === 1 ? "" : ` (geometric mean of ${own.length} sets)`;
    const where = costly.length === own.length && own.length > 1
      ? "all"
      : costly.join(", ") || "none of them";
    return `- ${model}: labels permuted among the rows of the context ${effect}${over}; ` +
      `by ${100 * COST} % or more on ${where}.`;
  });
  return { tables: { effects }, figures: {}, verdict: [...lines, ...lookupVerdict(probes)].join("\n") };
}

/** What the context is worth to trained models, on the validation rows of one fold. */
export const context: Experiment<ContextSettings, ContextDetails> = {
  name: "context",
  notebook: "03_ablation",
  settings,
  runs: async (settings) => [
    ...await tableRuns(settings),
    ...lookupRuns(settings),
    ...await processRuns(settings),
  ],
  report,
  changesOf: ({ fold, seed }) => fold ? { fold: fold.index, seed: seed - fold.index } : { seed },
};
