import { type EncodedTable, type Fold, shuffled } from "../../data/mod.ts";
import type { Fitted } from "./fit.ts";
import { UserError } from "../../errors.ts";
import { createPredictor } from "./predictor.ts";
import { score } from "./score.ts";

/** What was done to the rows that a model reads when it predicts. */
export type ContextEffect = {
  /** "as trained", "labels permuted", "rows permuted", "100 rows", "10 rows", "1 row". */
  change: string;
  /** RMSE in the unit of the target, or the share of rows in a wrong class. */
  error: number;
};

const FEWER = [100, 10, 1];

/**
 * Whether a trained model reads its training set: its error on some rows when the rows that prediction reads (the context)
 * have their labels permuted among them, have their features permuted against each other row by row, or are removed but for
 * a few. A model whose error stays the same is a function of a row and the weights alone (the test of NPT's authors,
 * `scripts/row_corruption_tests.sh`, turned to the context).
 *
 * @param options.rows that are predicted; the validation rows unless given
 * @param options.seed of the permutations
 *
 * @example
 * const fitted = await fit(table, fold, recipe);
 * console.table(await contextEffect(fitted, table, fold));
 */
export async function contextEffect(
  { model, recipe, predictor }: Pick<Fitted, "model" | "recipe"> & {
    predictor: Pick<Fitted["predictor"], "chunk">;
  },
  table: EncodedTable,
  fold: Fold,
  options: { rows?: Int32Array; seed?: number } = {},
): Promise<ContextEffect[]> {
  if (!predictor || !fold) {
    throw new UserError(
      "contextEffect: expected what fit gave, its table and its fold; of a model of fitTable, its own contextEffect() tells the same",
    );
  }
  const { rows = fold.val, seed = 1 } = options;
  if (rows.length === 0) {
    throw new UserError("contextEffect: expected rows to predict, found no validation rows");
  }
  const { chunk } = predictor;
  const errorWith = async (
    change: string,
    context: EncodedTable,
    contextRows: Int32Array,
  ): Promise<ContextEffect> => {
    const predictor = createPredictor({ model, recipe, context, contextRows, chunk });
    try {
      predictor.update();
      const { metrics } = score(table, rows, await predictor.predict(table, rows));
      return { change, error: metrics["rmse"] ?? 1 - (metrics["accuracy"] ?? NaN) };
    } finally {
      predictor.dispose();
    }
  };
  const { train } = fold;
  const order = shuffled(train, [seed, 0]);
  const found = [
    await errorWith("as trained", table, train),
    await errorWith("labels permuted", permuted(table, train, order, true), train),
    await errorWith("rows permuted", permuted(table, train, order, false), train),
  ];
  for (const count of FEWER.filter((count) => count < train.length)) {
    const name = count === 1 ? "1 row" : `${count} rows`;
    found.push(await errorWith(name, table, order.slice(0, count).sort()));
  }
  return found;
}

/** A copy whose rows `train` have the targets of the rows `order`, or each feature in an order of its own. */
function permuted(table: EncodedTable, train: Int32Array, order: Int32Array, targets: boolean): EncodedTable {
  const [values, codes, missing] = [table.values.slice(), table.codes.slice(), table.missing.slice()];
  const d = table.columns.length;
  const counts = { numeric: 0, categorical: 0 };
  const widths = { numeric: 0, categorical: 0 };
  for (const { kind } of table.columns) widths[kind]++;
  table.columns.forEach(({ kind, target }, j) => {
    const at = counts[kind]++;
    if (target !== targets) return;
    const from = targets ? order : shuffled(train, [j, 1]);
    train.forEach((row, i) => {
      missing[row * d + j] = table.missing[from[i]! * d + j]!;
      if (kind === "numeric") {
        values[row * widths.numeric + at] = table.values[from[i]! * widths.numeric + at]!;
      } else codes[row * widths.categorical + at] = table.codes[from[i]! * widths.categorical + at]!;
    });
  });
  return { ...table, values, codes, missing };
}
