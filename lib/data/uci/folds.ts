import { UserError } from "../../errors.ts";
import { type Fold, lastRowsFold, makeFolds } from "../folds.ts";
import type { Table } from "../table.ts";
import { EMBEDDED_FOLDER, storedFolds } from "./embedded.ts";
import { isEmbedded, uciFacts, uciShares } from "./facts.ts";

export interface UciFoldOptions {
  /** Default 42, as the reference. */
  seed?: number;
  /** Other shares than those of `uciShares`: the reference's commands for poker-hand and income have 0.1 and 0.2. */
  testShare?: number;
  valShare?: number;
  /** The folder with the stored folds; default data/uci. */
  folder?: string;
}

/**
 * The folds of a set, as row indices of its table (as it is: the reference re-orders it from fold to fold).
 *
 * "quick": the ten stored folds of a set of data/uci, else the reference's. "paper": the reference's shares: ten folds with
 * 0.1 test and 0.2 validation rows (those that are stored); five with 0.2 and 0.1 for protein, kick and forest-cover; one
 * for poker-hand, income and higgs, whose last rows are the test set. Classes keep their share in every part. Rows that
 * are made here follow from the seed, and their numbers are the reference's: validation rows are rounded up.
 *
 * @param table as loadUci gives it
 * @throws UserError for an unknown name, and a table of another number of rows or without the set's target.
 */
export async function uciFolds(
  name: string,
  profile: "quick" | "paper",
  table: Table,
  options: UciFoldOptions = {},
): Promise<Fold[]> {
  const facts = uciFacts(name);
  const { test, val, testRows } = uciShares(facts);
  const { seed = 42, testShare = test, valShare = val, folder = EMBEDDED_FOLDER } = options;
  if (table.rows !== facts.n) {
    throw new UserError(`${facts.name}: expected a table of ${facts.n} rows, found ${table.rows}`);
  }
  const stored = profile === "quick" || (testShare === 0.1 && valShare === 0.2);
  if (isEmbedded(facts) && stored) return await storedFolds(facts, folder);
  const classes = targetClasses(table, facts.target);
  const shares = { rows: table.rows, testShare, valShare, seed, classes };
  return testRows === undefined ? makeFolds(shares) : [lastRowsFold({ ...shares, testRows })];
}

/** [rows] class of every row; undefined for a target of numbers. @throws UserError if there is no such column. */
function targetClasses(table: Table, target: string): Int32Array | undefined {
  const column = table.columns.find(({ name }) => name === target);
  if (!column) throw new UserError(`${table.source}: expected a column "${target}"`);
  return column.kind === "categorical" ? column.codes : undefined;
}
