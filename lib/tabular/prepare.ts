import {
  encode,
  type EncodedTable,
  fitSchema,
  type Fold,
  isTable,
  type Schema,
  type Table,
} from "../data/mod.ts";
import { knownName, unknown } from "../data/nearest.ts";
import { UserError } from "../errors.ts";
import { checkChoice, checkNames, chosenOptions, withOptions } from "../options.ts";
import { TABLE_OPTIONS, type TableOptions } from "../train/table/options.ts";
import { completeRecipe, type Recipe } from "../train/table/recipe.ts";
import { defaultRecipe, TABLE_MODELS, type TableModelName } from "./defaults.ts";
import { splitRows } from "./split.ts";

/** What is trained on which table; hyperparameters stand beside it by their names in `TABLE_OPTIONS`. */
export interface TrainingOptions extends TableOptions {
  table: Table;
  target: string;
  /** Default "spin-context"; see `TABLE_MODELS`. */
  model?: TableModelName;
  /** Share of the labelled rows that choose the best weights and give the scores; default 0.2, 0 for none. */
  validationShare?: number;
  /** What to do with a feature that has no value, or the same one in all rows; default "drop", with a remark. */
  uninformative?: "error" | "drop";
  /** Anything else of the recipe; what is not named stays as it is, in `recipe.model` and `recipe.optimizer` too. */
  recipe?: Partial<Omit<Recipe, "optimizer">> & { optimizer?: Partial<Recipe["optimizer"]> };
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

/** What `TrainingOptions`, and `fitTable` beside them, take besides hyperparameters. */
const NAMES = [
  ...["table", "target", "model", "validationShare", "uninformative", "recipe", "notify"],
  ...["build", "signal", "label"],
];

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
 * @throws UserError for an unknown option or one out of its range, an unknown target or model, fewer than 5 labelled rows, a share outside [0, 1), and whatever
 *   fitSchema and completeRecipe throw.
 */
export function prepareTable(options: TrainingOptions): Prepared {
  checkTraining(options);
  const chosen = chosenOptions(TABLE_OPTIONS, options);
  const { table, model = TABLE_MODELS[0], validationShare = 0.2, uninformative = "drop" } = options;
  const { seed = 42 } = chosen;
  const target = options.target.normalize("NFC");
  const notify = options.notify ?? console.warn;
  knownName(model, TABLE_MODELS, "model: no model");
  if (!(validationShare >= 0 && validationShare < 1)) {
    throw new UserError(`validation share: expected a number from 0 to below 1, found ${validationShare}`);
  }
  const column = table.columns.find(({ name }) => name === target);
  if (!column) {
    const names = table.columns.map(({ name }) => name);
    const single = names.length > 1
      ? ""
      : "; it has one column: cells are cut at commas, semicolons, tabs or |";
    throw new UserError(`${table.source}: no target column ${unknown(target, names)}${single}`);
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
  const codes = column.kind === "categorical" ? column.codes : undefined;
  const split = splitRows(labelled, tooFew ? 0 : validationShare, seed, codes);
  const train = Int32Array.from([...split.train, ...all.filter((row) => !hasLabel(row))]).sort();
  const fold = { ...split, train };
  const schema = fitSchema(table, { targets: [target], trainRows: train, uninformative, notify });
  const defaults = defaultRecipe(model, train.length, schema.columns.length, seed);
  const recipe = recipeOf(defaults, options.recipe, chosen);
  return { target, schema, table: encode(table, schema, { notify }), fold, recipe };
}

/** @throws UserError for what is no table, no name, or no option */
function checkTraining(options: TrainingOptions): void {
  const shown = (value: unknown) => Deno.inspect(value, { depth: 0, compact: true, breakLength: Infinity });
  if (typeof options !== "object" || options === null) {
    throw new UserError(`fitTable: expected { table, target }, found ${shown(options)}`);
  }
  if (!isTable(options.table)) {
    throw new UserError(`fitTable, table: expected a table of loadTable, found ${shown(options.table)}`);
  }
  if (typeof options.target !== "string") {
    throw new UserError(`fitTable, target: expected the name of a column, found ${shown(options.target)}`);
  }
  checkNames(options, [...Object.keys(TABLE_OPTIONS), ...NAMES], "fitTable");
  checkChoice("uninformative", options.uninformative, ["error", "drop"]);
}

/** A recipe with what a user changes about it, one thing at a time. @throws UserError for what no recipe has */
function recipeOf(defaults: Recipe, changes: TrainingOptions["recipe"], chosen: TableOptions): Recipe {
  for (const name of Object.keys(changes ?? {})) {
    if (name in TABLE_OPTIONS && !(name in defaults)) {
      throw new UserError(
        `recipe: "${name}" is an option of its own, { ${name}: ... } beside { recipe: ... }`,
      );
    }
  }
  const recipe = withOptions(
    {
      ...adapted(defaults, chosen.steps),
      ...changes,
      model: { ...defaults.model, ...changes?.model },
      optimizer: { ...defaults.optimizer, ...changes?.optimizer },
      seed: defaults.seed,
    },
    TABLE_OPTIONS,
    chosen,
  );
  const half = Math.max(1, Math.ceil(recipe.steps / recipe.evaluateEvery / 2));
  const { patience = defaults.patience && half } = { ...changes, ...chosen };
  return completeRecipe({ ...recipe, ...patience === undefined ? {} : { patience } });
}

/** The recipe for another number of steps: the evaluations are spread over them. */
function adapted(recipe: Recipe, steps = recipe.steps): Recipe {
  const evaluations = recipe.steps / recipe.evaluateEvery;
  return { ...recipe, steps, evaluateEvery: Math.max(1, Math.round(steps / evaluations)) };
}
