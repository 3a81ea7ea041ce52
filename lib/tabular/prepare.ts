import { encode, type EncodedTable, fitSchema, type Fold, type Schema, type Table } from "../data/mod.ts";
import { unknown } from "../data/mod.ts";
import { UserError } from "../errors.ts";
import { completeRecipe, type Recipe } from "../train/table/recipe.ts";
import { defaultRecipe, TABLE_MODELS, type TableModelName } from "./defaults.ts";
import { splitRows } from "./split.ts";

export interface TrainingOptions {
  table: Table;
  /** The column to predict. */
  target: string;
  /** Default "spin-context"; see `TABLE_MODELS`. */
  model?: TableModelName;
  /** Optimiser steps instead of the default recipe's. */
  steps?: number;
  /** Of the split, the weights and the training; default 42. */
  seed?: number;
  /** Share of the labelled rows that choose the best weights and give the scores; default 0.2, 0 for none. */
  validationShare?: number;
  /** What to do with a feature that has no value, or the same one in all rows; default "error". */
  uninformative?: "error" | "drop";
  /** Anything else of the recipe. */
  recipe?: Partial<Recipe>;
  /** Receives remarks that do not stop anything; default console.warn. */
  notify?: (message: string) => void;
}

/** A table that is ready to train on, with all its errors found. */
export interface Prepared {
  target: string;
  schema: Schema;
  table: EncodedTable;
  fold: Fold;
  recipe: Recipe;
}

/** With fewer labelled rows there is nothing to learn from. */
const FEWEST_ROWS = 5;
/** With fewer labelled rows a validation part would be too small to choose weights by. */
const FEWEST_TO_VALIDATE = 20;

/**
 * Divides, types and encodes a table and chooses a recipe, without training yet.
 *
 * The validation rows are drawn from the labelled ones, for a categorical target class by class. Rows without a label
 * are trained on with their features. With fewer than 20 labelled rows none is set aside and the last weights count.
 *
 * @throws UserError for an unknown target or model, fewer than 5 labelled rows, a share outside [0, 1), and whatever
 *   fitSchema and completeRecipe throw.
 */
export function prepareTable(options: TrainingOptions): Prepared {
  const { table, model = TABLE_MODELS[0], seed = 42, validationShare = 0.2, uninformative } = options;
  const target = options.target.normalize("NFC");
  const notify = options.notify ?? console.warn;
  if (!TABLE_MODELS.includes(model)) throw new UserError(`model: no model ${unknown(model, TABLE_MODELS)}`);
  if (!(validationShare >= 0 && validationShare < 1)) {
    throw new UserError(`validation share: expected a number from 0 to below 1, found ${validationShare}`);
  }
  const column = table.columns.find(({ name }) => name === target);
  if (!column) {
    const names = table.columns.map(({ name }) => name);
    throw new UserError(`${table.source}: no target column ${unknown(target, names)}`);
  }
  const hasLabel = (row: number) =>
    column.kind === "numeric" ? !Number.isNaN(column.values[row]) : column.codes[row]! >= 0;
  const all = Int32Array.from({ length: table.rows }, (_, row) => row);
  const labelled = all.filter(hasLabel);
  if (labelled.length < FEWEST_ROWS) {
    throw new UserError(
      `${table.source}: expected at least ${FEWEST_ROWS} rows with a value of the target "${target}", ` +
        `found ${labelled.length}`,
    );
  }
  const tooFew = labelled.length < FEWEST_TO_VALIDATE && validationShare > 0;
  if (tooFew) {
    notify(
      `${table.source}: ${labelled.length} labelled rows are too few to set validation rows aside (from ` +
        `${FEWEST_TO_VALIDATE} on); there will be no validation score`,
    );
  }
  const split = splitRows(
    labelled,
    tooFew ? 0 : validationShare,
    seed,
    column.kind === "categorical" ? column.codes : undefined,
  );
  const train = Int32Array.from([...split.train, ...all.filter((row) => !hasLabel(row))]).sort();
  const fold = { ...split, train };
  const schema = fitSchema(table, { targets: [target], trainRows: train, uninformative, notify });
  const recipe = completeRecipe({
    ...adapted(defaultRecipe(model, train.length, schema.columns.length, seed), options),
    ...options.recipe,
    seed,
  });
  return { target, schema, table: encode(table, schema, { notify }), fold, recipe };
}

/** The recipe for another number of steps: the evaluations are spread over them. */
function adapted(recipe: Recipe, { steps }: TrainingOptions): Recipe {
  if (steps === undefined) return recipe;
  const evaluations = recipe.steps / recipe.evaluateEvery;
  return { ...recipe, steps, evaluateEvery: Math.max(1, Math.round(steps / evaluations)) };
}
