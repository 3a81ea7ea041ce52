import { join } from "node:path";
import { UserError } from "../errors.ts";
import { CACHE } from "../setup/paths.ts";
import type { Fold } from "./folds.ts";
import type { Table } from "./table.ts";
import { type ColumnTypes, EMBEDDED_FOLDER, readEmbedded, storedFolds } from "./uci/embedded.ts";
import { isEmbedded, type UciFacts, uciFacts } from "./uci/facts.ts";
import { columnsDigest, isPresent, readLarge } from "./uci/large.ts";

export { type ClassicalFigure, classicalFigures } from "./uci/classical.ts";
export { type UciFacts, uciFacts, uciNames, type UciShares, uciShares } from "./uci/facts.ts";
export { type UciFoldOptions, uciFolds } from "./uci/folds.ts";

export interface UciSet {
  facts: UciFacts;
  table: Table;
}

export interface UciOptions {
  /**
   * "reference" (default): categorical columns as in the official code, which takes all six inputs of yacht for
   * categories. "natural": yacht's Froude number is a number; the classical figures were computed so.
   */
  columnTypes?: ColumnTypes;
  /** The folder with the files of small sets; default data/uci of this workspace. */
  folder?: string;
  /** Where files of large sets are put, by hand or by download; default data/cache/uci of this workspace. */
  cache?: string;
}

const UCI_CACHE = join(CACHE, "uci");

/**
 * Loads a data set; their provenance is in data/uci/README.md. The large ones are fetched once where their content is
 * publicly known, and else have to be put in data/cache/uci.
 *
 * @throws UserError for an unknown name and a file that is absent or changed; for large sets whatever is wrong with the
 *   download or the file.
 */
export async function loadUci(name: string, options: UciOptions = {}): Promise<UciSet> {
  const { columnTypes = "reference", folder = EMBEDDED_FOLDER, cache = UCI_CACHE } = options;
  const facts = uciFacts(name);
  const table = isEmbedded(facts)
    ? await readEmbedded(facts, columnTypes, folder)
    : await readLarge(facts, { folder, cache });
  return { facts, table };
}

/** Whether a set can be loaded now without a download. @throws UserError for an unknown name. */
export async function uciPresent(name: string, options: UciOptions = {}): Promise<boolean> {
  const { folder = EMBEDDED_FOLDER, cache = UCI_CACHE } = options;
  const facts = uciFacts(name);
  return isEmbedded(facts) || await isPresent(facts, { folder, cache });
}

/**
 * SHA-256 of a set's content, for records: of its file where that is known beforehand, else of its columns.
 *
 * @throws UserError for an unknown name, and a set of unknown files that was not loaded yet.
 */
export async function uciDigest(name: string, options: UciOptions = {}): Promise<string> {
  const { folder = EMBEDDED_FOLDER, cache = UCI_CACHE } = options;
  const facts = uciFacts(name);
  if (isEmbedded(facts) || facts.sha256 !== "unknown") return facts.sha256;
  const digest = await columnsDigest(facts, { folder, cache });
  if (digest === undefined) {
    throw new UserError(`${facts.name}: expected a set that was loaded before, found none`);
  }
  return digest;
}

/**
 * The ten folds that belong to a small data set, as row indices of its table.
 *
 * @throws UserError as loadUci does, and for a large set: it has no stored folds, see uciFolds.
 */
export async function readSplits(
  name: string,
  { folder = EMBEDDED_FOLDER }: { folder?: string } = {},
): Promise<Fold[]> {
  const facts = uciFacts(name);
  if (!isEmbedded(facts)) {
    throw new UserError(`${facts.name}: expected a set with stored folds; use uciFolds`);
  }
  return await storedFolds(facts, folder);
}
