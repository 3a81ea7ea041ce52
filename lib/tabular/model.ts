import {
  type DecodedTarget,
  decodeTarget,
  encode,
  type EncodedTable,
  isTable,
  placeOf,
  readTableLike,
  type Schema,
  type Table,
  TABLE_OPTION_NAMES,
  type TableOptions,
} from "../data/mod.ts";
import { UserError } from "../errors.ts";
import { checkChoice, checkNames } from "../options.ts";
import { saveModel, type TrainedModel } from "../train/table/model_file.ts";
import type { Recipe } from "../train/table/recipe.ts";
import { score } from "../train/table/score.ts";

/** Predictions for the rows of a table, in their order. */
type Prediction = DecodedTarget & {
  /** Scores on the rows that hold a label (rmse, or accuracy, logLoss, auroc); undefined if none does. */
  metrics?: Record<string, number>;
};

interface QueryOptions {
  /** A class of a feature that no training row has: an error (default), or taken for a missing cell with a remark. */
  unseen?: "error" | "missing";
  /** Receives remarks that do not stop anything; default console.warn. */
  notify?: (message: string) => void;
}

/** A model of a table: it needs no training rows any more. */
export interface TabularModel {
  target: string;
  schema: Schema;
  recipe: Recipe;
  /** On the validation rows: rmse in the target's units, or accuracy, logLoss and, for two classes, auroc. */
  scores: Record<string, number | null>;
  /**
   * Predicts the target of every row; a target column may be there (then the prediction is scored) or not.
   *
   * @param table a table, or the path of a CSV file
   * @throws UserError for an absent column, a text among numbers, an unseen class.
   */
  predict(table: Table | string, options?: QueryOptions & TableOptions): Promise<Prediction>;
  /** Predicts rows that `encodeQueries` made. */
  predictEncoded(table: EncodedTable): Promise<Prediction>;
  /** Writes the model as one safetensors file. @throws UserError if it cannot be written. */
  save(path: string): Promise<void>;
  dispose(): void;
}

/** A trained model as users have it. @throws UserError if it predicts several targets. */
export function tabularModel(trained: TrainedModel): TabularModel {
  const { columns, model, recipe, predictor, metrics } = trained;
  const schema: Schema = { columns };
  const targets = columns.filter(({ target }) => target);
  if (targets.length !== 1) {
    const names = targets.map(({ name }) => `"${name}"`).join(", ");
    throw new UserError(`expected a model of one target, found ${names}`);
  }
  const target = targets[0]!.name;
  let disposed = false;
  const predictEncoded = async (table: EncodedTable): Promise<Prediction> => {
    if (disposed) throw new UserError(`the model of "${target}" was disposed of, and predicts no more`);
    const outputs = await predictor.predict(table);
    const decoded = decodeTarget(schema, target, outputs, table.rows);
    const at = columns.findIndex(({ name }) => name === target);
    const rows = Int32Array.from({ length: table.rows }, (_, row) => row);
    const labelled = rows.some((row) => !table.missing[row * columns.length + at]);
    return labelled ? { ...decoded, metrics: score(table, rows, outputs).metrics } : decoded;
  };
  return {
    ...{ target, schema, recipe, scores: metrics, predictEncoded },
    async predict(table, options = {}) {
      checkNames(options, [...TABLE_OPTION_NAMES, "unseen"], "predict");
      checkChoice("unseen", options.unseen, ["error", "missing"]);
      if (typeof table !== "string" && !isTable(table)) {
        const found = Deno.inspect(table, { depth: 0 });
        throw new UserError(`predict: expected a table of loadTable or the path of a file, found ${found}`);
      }
      const read = typeof table === "string" ? await readTableLike(table, schema, options) : table;
      return predictEncoded(encodeQueries(read, schema, options));
    },
    async save(path) {
      if (disposed) throw new UserError(`the model of "${target}" was disposed of, and cannot be saved`);
      if (typeof path !== "string" || path === "") {
        throw new UserError(`save: expected the path of a file, found ${Deno.inspect(path)}`);
      }
      await saveModel(path, trained);
    },
    dispose() {
      disposed = true;
      predictor.dispose();
      model.dispose();
    },
  };
}

/** Encodes the rows to predict by the schema of a model. @throws UserError as `encode` does */
export function encodeQueries(
  table: Table,
  schema: Schema,
  { unseen = "error", notify }: QueryOptions = {},
): EncodedTable {
  if (unseen === "error") refuseUnseen(table, schema);
  return encode(table, schema, { notify });
}

function refuseUnseen(table: Table, schema: Schema): void {
  for (const { name, kind, target, classes } of schema.columns) {
    const column = table.columns.find((column) => column.name === name);
    if (kind !== "categorical" || target || column?.kind !== "categorical") continue;
    const known = new Set(classes);
    const row = column.codes.findIndex((code) => code >= 0 && !known.has(column.classes[code]!));
    if (row < 0) continue;
    const unseen = `class "${column.classes[column.codes[row]!]}" never occurs in training`;
    throw new UserError(
      `${
        placeOf(table, row)
      }, column "${name}": ${unseen}; correct it, or let unseen classes count as missing`,
    );
  }
}
