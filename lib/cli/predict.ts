/** `task predict`: a user's own table from the command line. */
import { describeEngine, useEngine } from "../engine/mod.ts";
import { UserError } from "../errors.ts";
import { writeAtomic } from "../files.ts";
import { formatDuration } from "../progress/format.ts";
import { setup } from "../setup/mod.ts";
import {
  encodeQueries,
  fitPrepared,
  loadModel,
  loadTable,
  loadTableLike,
  predictionsCsv,
  type Prepared,
  prepareTable,
  type TabularModel,
} from "../tabular/mod.ts";
import type { Arguments } from "./arguments.ts";
import { runCommand } from "./main.ts";
import { requireDistinct, requireWritable } from "./predict_files.ts";
import { OPTIONS, parseWish, type Wish } from "./predict_options.ts";

const notify = (message: string) => console.warn(`note: ${message}`);

/** Advice of the library, which knows no command line, in the options of this command. */
const ADVICE: [string, string][] = [
  ["or let such columns be dropped", "or add --drop-uninformative"],
  ["or let unseen classes count as missing", "or add --unseen-as-missing"],
  [
    "declare the column categorical if that is meant, or the text as a missing cell",
    "--categorical or --missing can say what is meant",
  ],
];

const advised = (error: unknown): unknown =>
  error instanceof UserError
    ? new UserError(ADVICE.reduce((text, [from, to]) => text.replace(from, to), error.message))
    : error;

async function startEngine(): Promise<void> {
  const asked = Deno.env.get("SPIN_ENGINE");
  if (!asked || asked === "xla") await setup();
  console.log(describeEngine(await useEngine()));
}

/** The model, and how long its making took in words. */
interface Made {
  model: TabularModel;
  facts: string[];
}

async function train({ recipe, schema, table, fold, ...prepared }: Prepared): Promise<Made> {
  const { kind, classes } = schema.columns.find(({ target }) => target)!;
  const what = kind === "numeric" ? "a number" : `one of ${classes.length} classes`;
  console.log(
    `learning ${prepared.target} (${what}) from ${
      schema.columns.length - 1
    } columns: ${fold.train.length} rows ` +
      `to train on, ${fold.val.length} to validate, ${recipe.steps} steps of ${recipe.model.model}`,
  );
  const fitted = await fitPrepared({ recipe, schema, table, fold, ...prepared });
  const { compile, train, evaluate } = fitted.seconds;
  const looked = fitted.best.step < fitted.steps
    ? `best at step ${fitted.best.step}`
    : "best at the last step";
  return {
    model: fitted,
    facts: [
      ...scoreFacts("validation", fitted.scores),
      ...fold.val.length > 0 ? [looked] : [],
      `compiled in ${formatDuration(compile)}, trained in ${formatDuration(train + evaluate)}`,
    ],
  };
}

const scoreFacts = (rows: string, scores: Record<string, number | null>): string[] =>
  Object.entries(scores).flatMap(([name, value]) =>
    value === null || Number.isNaN(value) ? [] : [`${rows} ${name} ${Number(value.toPrecision(4))}`]
  );

async function predict(wish: Wish): Promise<void> {
  const { test, out, save, load, missing, unseen } = wish;
  const outputs = [out, save].filter((file) => file !== undefined);
  for (const file of outputs) await requireWritable(file);
  await requireDistinct(outputs, [wish.train, test, load].filter((file) => file !== undefined));

  let made: Made;
  let queries: ReturnType<typeof encodeQueries>;
  const readQueries = async (schema: Prepared["schema"]) =>
    encodeQueries(await loadTableLike(test.path, schema, { missing }), schema, { unseen, notify });
  if (load) {
    await startEngine();
    const model = await loadModel(load.path);
    if (wish.target !== undefined && wish.target !== model.target) {
      throw new UserError(`--target ${wish.target}: the model ${load.path} predicts "${model.target}"`);
    }
    made = { model, facts: scoreFacts("validation", model.scores) };
    queries = await readQueries(model.schema);
  } else {
    const { categorical, numeric, target, model, steps, seed, uninformative } = wish;
    const table = await loadTable(wish.train!.path, { categorical, numeric, missing });
    const prepared = prepareTable({ table, target: target!, model, steps, seed, uninformative, notify });
    queries = await readQueries(prepared.schema);
    await startEngine();
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

export const COMMAND = {
  name: "predict",
  summary: "Trains a model on one table and predicts a column of another one, row by row.\n" +
    "The predictions are one column for a number; the class and the probability of each class for classes.",
  options: OPTIONS,
  examples: [
    "predict --train train.csv --test test.csv --target price --out predictions.csv",
    "predict --load model.safetensors --test test.csv --out predictions.csv",
  ],
};

export async function work({ values }: Arguments<typeof OPTIONS>): Promise<void> {
  try {
    await predict(parseWish(values));
  } catch (error) {
    throw advised(error);
  }
}

if (import.meta.main) await runCommand(COMMAND, work);
