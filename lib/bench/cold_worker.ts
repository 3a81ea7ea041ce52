/**
 * One whole job from nothing, as a user has it: reads a table, trains on it, scores test rows, and ends with a line of
 * JSON that says what was done, so that a twin can do as much.
 */
import { argv } from "node:process";
import { loadTable } from "../tabular/mod.ts";
import { useEngine } from "../engine/mod.ts";
import { uciFold } from "../experiments/uci/data.ts";
import { type UciModel, uciRecipe } from "../experiments/uci/settings.ts";
import { ROOT } from "../paths.ts";
import { tabularModel } from "../tabular/model.ts";
import { prepareTable } from "../tabular/prepare.ts";
import { fit, type Fitted } from "../train/table/fit.ts";
import { score } from "../train/table/score.ts";
import type { TableStep } from "./sizes.ts";

/** What the twin must do as well. */
interface ColdJob {
  config: Omit<TableStep, "model"> & { model: UciModel };
  steps: number;
  /** Steps between two looks at the validation rows. */
  every: number;
  /** Rows that a look, and the test, take through the model: the train rows and those that are predicted. */
  looked: number;
  tested: number;
}

export interface ColdResult {
  job: ColdJob;
  score: number;
  seconds: Fitted["seconds"];
  /** CPU time of the process, in seconds; null where the system does not say. */
  cpu: number | null;
}

/** Seconds of CPU time so far (Linux). */
function cpuSeconds(): number | null {
  try {
    const fields = Deno.readTextFileSync("/proc/self/stat").split(") ")[1]!.split(" ");
    return (Number(fields[11]) + Number(fields[12])) / 100;
  } catch {
    return null;
  }
}

/** A job's name: "concrete" is notebook 00's table, the others are UCI sets, of which fold 0 is taken. */
async function prepare(name: string, model: UciModel) {
  if (name !== "concrete-example") {
    const { table, fold } = await uciFold(name, "quick", 0);
    return {
      table,
      fold,
      recipe: uciRecipe(model, name, "quick", 42),
      tested: fold.test.length,
      test: undefined,
    };
  }
  const [train, test] = await Promise.all(
    ["train", "test"].map((part) => loadTable(`${ROOT}/data/examples/concrete_${part}.csv`)),
  );
  const target = "Concrete_compressive_strength";
  const prepared = prepareTable({ table: train!, target, model: model as "spin" });
  return { ...prepared, tested: test!.rows, test: test! };
}

const [name, model] = argv.slice(2) as [string, UciModel];
await useEngine();
const { table, fold, recipe, tested, test } = await prepare(name, model);
const fitted = await fit(table, fold, recipe, { label: `${name}, ${model}` });
const metrics = test
  ? (await tabularModel({ ...fitted, columns: table.columns, metrics: {} }).predict(test)).metrics!
  : score(table, fold.test, await fitted.predictor.predict(table, fold.test)).metrics;
const { embedding, depth, heads, h, f, predictor } = fitted.model.config;
const result: ColdResult = {
  job: {
    config: {
      kind: "table",
      model,
      predictor,
      rows: recipe.batchSize === -1 ? fold.train.length : Math.min(recipe.batchSize, fold.train.length),
      columns: table.columns.map((column) => column.kind === "categorical" ? column.classes.length : 0),
      embedding,
      depth,
      heads,
      h,
      f,
      dropout: 0,
      seed: recipe.seed,
    },
    steps: fitted.steps,
    every: recipe.evaluateEvery,
    looked: fold.train.length + fold.val.length,
    tested: fold.train.length + tested,
  },
  score: (metrics["rmse"] ?? metrics["accuracy"])!,
  seconds: fitted.seconds,
  cpu: cpuSeconds(),
};
console.log(JSON.stringify(result));
Deno.exit(0);
