/** `task predict`: a user's own table from the command line. */
import { MISSING_TEXTS } from "../data/table.ts";
import { UserError } from "../errors.ts";
import { writeAtomic } from "../files.ts";
import { formatDuration } from "../progress/format.ts";
import { startEngine } from "./start_engine.ts";
import {
  describeModel,
  describeTable,
  encodeQueries,
  fitPrepared,
  loadModel,
  loadTable,
  loadTableLike,
  predictionsCsv,
  type Prepared,
  prepareTable,
  TABLE_MODELS,
  type TableModelName,
  type TabularModel,
} from "../tabular/mod.ts";
import { type Arguments, flag, numberValue, runCommand, texts } from "./main.ts";
import { type NamedFile, requireOutputs, userPath } from "./user_path.ts";

const PREDICT_OPTIONS = {
  train: texts("CSV", "the table to learn from"),
  test: texts("CSV", "the rows to predict; the target may be absent"),
  target: texts("NAME", "the column to predict"),
  out: texts("CSV", "the file of predictions to write, in the order of --test"),
  model: texts("NAME", `${TABLE_MODELS.join(", ")} (default: ${TABLE_MODELS[0]})`),
  steps: texts("N", "optimiser steps (default: chosen by the table's size)"),
  seed: texts("N", "equal seeds give equal predictions (default: 42)"),
  save: texts("FILE", "keep the trained model in this safetensors file"),
  load: texts("FILE", "use a kept model instead of --train"),
  categorical: texts("A,B", "columns of classes, even if written as numbers"),
  numeric: texts("A,B", "columns of numbers: a text in them is an error"),
  missing: texts("X,Y", "texts for a missing cell, beside an empty one, NA, N/A, NaN, ? and null"),
  present: texts("X,Y", "texts that are none, such as NA where it is a code"),
  "drop-uninformative": flag(
    "accepted, and what happens without it: columns with a single value are left out",
  ),
  "unseen-as-missing": flag("take classes that --train does not have for missing cells"),
} as const;

type PredictValues = Arguments<typeof PREDICT_OPTIONS>["values"];

/** The value of an option that may be given once. */
function once(
  values: PredictValues,
  option: Exclude<keyof PredictValues, `${string}-${string}`>,
): string | undefined {
  const given = values[option] ?? [];
  if (given.length > 1) {
    throw new UserError(`--${option} was given ${given.length} times: ${given.join(", ")}`);
  }
  if (given[0]?.trim() === "") throw new UserError(`--${option} needs a value, found an empty text`);
  return given[0];
}

/** @throws UserError for an option that is lacking, given twice, of no use beside another, or with a wrong value. */
function parseRequest(values: PredictValues) {
  const file = (option: "train" | "test" | "out" | "save" | "load"): NamedFile | undefined => {
    const path = once(values, option);
    return path === undefined ? undefined : { option: `--${option}`, path: userPath(path) };
  };
  const need = <T>(value: T | undefined, option: string, why: string): T => {
    if (value === undefined) throw new UserError(`task predict needs --${option}: ${why}`);
    return value;
  };
  const list = (option: "categorical" | "numeric" | "missing" | "present") =>
    (values[option] ?? []).flatMap((text) => text.split(",")).map((text) => text.trim());
  const present = list("present").map((text) => text.toLowerCase());
  const load = file("load");
  if (load) {
    const unused = (["train", "model", "steps", "seed", "save", "categorical", "numeric"] as const)
      .filter((option) => values[option] !== undefined);
    if (unused.length > 0) {
      throw new UserError(`--load uses a model as it is, so it does not go with --${unused.join(", --")}`);
    }
  }
  const model = once(values, "model");
  if (model !== undefined && !TABLE_MODELS.includes(model as TableModelName)) {
    throw new UserError(`--model: expected one of ${TABLE_MODELS.join(", ")}, found "${model}"`);
  }
  const target = once(values, "target");
  return {
    load,
    train: load ? undefined : need(file("train"), "train", PREDICT_OPTIONS.train.help),
    test: need(file("test"), "test", PREDICT_OPTIONS.test.help),
    target: load ? target : need(target, "target", PREDICT_OPTIONS.target.help),
    out: need(file("out"), "out", PREDICT_OPTIONS.out.help),
    save: file("save"),
    model: model as TableModelName | undefined,
    steps: numberValue(once(values, "steps"), "--steps", { whole: true, least: 1 }),
    seed: numberValue(once(values, "seed"), "--seed", { whole: true, least: 0 }),
    categorical: list("categorical"),
    numeric: list("numeric"),
    missing: [
      ...MISSING_TEXTS.filter((text) => !present.includes(text.toLowerCase())),
      ...list("missing"),
    ],
    unseen: values["unseen-as-missing"] ? "missing" as const : "error" as const,
  };
}

/** Advice of the library, which knows no command line, in the options of this command. */
const ADVICE: [string, string][] = [
  ["or let unseen classes count as missing", "or add --unseen-as-missing"],
  [
    "declare the column categorical if that is meant, or the text as a missing cell",
    "--categorical or --missing can say what is meant",
  ],
  ["or declare the column categorical", "or name the column in --categorical"],
  ["declare the text as a missing cell if it is one", "--missing can name it as a missing cell"],
  ["say so if they are a code like the others", "--present NA takes them for a code like the others"],
  ["declare it as one if it is", "--missing can name it as one"],
  ["declare it categorical", "name it in --categorical"],
  ["declare it numeric", "name it in --numeric"],
];

const advised = (message: string): string =>
  ADVICE.reduce((text, [from, to]) => text.replace(from, to), message);

const notify = (message: string) => console.warn(`note: ${advised(message)}`);

/** The model, and how long its making took in words. */
interface Made {
  model: TabularModel;
  facts: string[];
}

async function train({ recipe, schema, table, fold, ...prepared }: Prepared): Promise<Made> {
  const { kind, classes } = schema.columns.find(({ target }) => target)!;
  const what = kind === "numeric" ? "a number" : `one of ${classes.length} classes`;
  console.log(
    `learning ${prepared.target} (${what}) from ${schema.columns.length - 1} columns: ` +
      `${fold.train.length} rows to train on, ${fold.val.length} to validate, ` +
      `${recipe.steps} steps of ${describeModel(recipe)}`,
  );
  const fitted = await fitPrepared({ recipe, schema, table, fold, ...prepared });
  const { compile, train, evaluate } = fitted.seconds;
  const { best, steps } = fitted;
  return {
    model: fitted,
    facts: [
      ...scoreFacts("validation", fitted.scores),
      ...fold.val.length > 0 ? [`best at ${best.step < steps ? `step ${best.step}` : "the last step"}`] : [],
      `compiled in ${formatDuration(compile)}, trained in ${formatDuration(train + evaluate)}`,
    ],
  };
}

const scoreFacts = (rows: string, scores: Record<string, number | null>): string[] =>
  Object.entries(scores).flatMap(([name, value]) =>
    value === null || Number.isNaN(value) ? [] : [`${rows} ${name} ${Number(value.toPrecision(4))}`]
  );

async function predict(request: ReturnType<typeof parseRequest>): Promise<void> {
  const { test, out, save, load, missing, unseen } = request;
  await requireOutputs([out, save], [request.train, test, load]);

  let made: Made;
  let queries: ReturnType<typeof encodeQueries>;
  const readQueries = async (schema: Prepared["schema"]) =>
    encodeQueries(await loadTableLike(test.path, schema, { missing }), schema, { unseen, notify });
  if (load) {
    console.log(await startEngine());
    const model = await loadModel(load.path);
    if (request.target !== undefined && request.target !== model.target) {
      throw new UserError(`--target ${request.target}: the model ${load.path} predicts "${model.target}"`);
    }
    made = { model, facts: scoreFacts("validation", model.scores) };
    queries = await readQueries(model.schema);
  } else {
    const { categorical, numeric, target, model, steps, seed } = request;
    const table = await loadTable(request.train!.path, { categorical, numeric, missing, notify });
    const prepared = prepareTable({ table, target: target!, model, steps, seed, notify });
    console.log(describeTable(table, target!));
    queries = await readQueries(prepared.schema);
    console.log(await startEngine());
    made = await train(prepared);
  }
  const start = performance.now();
  const prediction = await made.model.predictEncoded(queries);
  const seconds = (performance.now() - start) / 1000;
  const facts = [
    ...made.facts,
    ...scoreFacts("test", prediction.metrics ?? {}),
    `predicted ${queries.rows} rows in ${formatDuration(seconds)}`,
  ];
  console.log(facts.join("; "));
  if (save) await made.model.save(save.path);
  await writeAtomic(out.path, predictionsCsv(prediction));
  console.log(`wrote ${out.path}${save ? ` and ${save.path}` : ""}`);
}

export const PREDICT = {
  name: "predict",
  summary: "Trains a model on one table and predicts a column of another one, row by row.\n" +
    "The predictions are one column for a number; the class and the probability of each class for classes.",
  options: PREDICT_OPTIONS,
  examples: [
    "predict --train train.csv --test test.csv --target price --out predictions.csv",
    "predict --load model.safetensors --test test.csv --out predictions.csv",
  ],
};

export async function runPredict({ values }: Arguments<typeof PREDICT_OPTIONS>): Promise<void> {
  try {
    await predict(parseRequest(values));
  } catch (error) {
    throw error instanceof UserError ? new UserError(advised(error.message)) : error;
  }
}

if (import.meta.main) await runCommand(PREDICT, runPredict);
