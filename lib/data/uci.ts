import baselines from "../../data/uci/baselines.json" with { type: "json" };
import { join } from "node:path";
import { fileURLToPath } from "node:url";
import { brotliDecompressSync } from "node:zlib";
import { UserError } from "../errors.ts";
import { CACHE } from "../paths.ts";
import { type Fold, lastRowsFold, makeFolds } from "./folds.ts";
import { readKnown } from "./read.ts";
import { parseCsv, type RawTable } from "./csv.ts";
import { type Table, typeTable } from "./table.ts";
import { type EmbeddedFacts, isEmbedded, type UciFacts, uciFacts, uciShares } from "./uci/facts.ts";
import { columnsDigest, isPresent, readLarge } from "./uci/large.ts";

export { type UciFacts, uciFacts, uciNames, uciShares } from "./uci/facts.ts";

interface UciOptions {
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
export async function loadUci(
  name: string,
  options: UciOptions = {},
): Promise<{ facts: UciFacts; table: Table }> {
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

/** SHA-256 of a set's file or columns, for records. @throws UserError if its files are not known yet */
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

/** The ten folds of a small set, as row indices of its table. @throws UserError for a large set */
export async function readSplits(name: string): Promise<Fold[]> {
  const facts = uciFacts(name);
  if (!isEmbedded(facts)) {
    throw new UserError(`${facts.name}: expected a set with stored folds; use uciFolds`);
  }
  return await storedFolds(facts, EMBEDDED_FOLDER);
}

/** As the reference. */
const SEED = 42;

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
export async function uciFolds(name: string, profile: "quick" | "paper", table: Table): Promise<Fold[]> {
  const facts = uciFacts(name);
  const { test: testShare, val: valShare, testRows } = uciShares(facts);
  if (table.rows !== facts.n) {
    throw new UserError(`${facts.name}: expected a table of ${facts.n} rows, found ${table.rows}`);
  }
  const stored = profile === "quick" || (testShare === 0.1 && valShare === 0.2);
  if (isEmbedded(facts) && stored) return await storedFolds(facts, EMBEDDED_FOLDER);
  const target = table.columns.find(({ name }) => name === facts.target);
  if (!target) throw new UserError(`${table.source}: expected a column "${facts.target}"`);
  const classes = target.kind === "categorical" ? target.codes : undefined;
  const shares = { rows: table.rows, testShare, valShare, seed: SEED, classes };
  return testRows === undefined ? makeFolds(shares) : [lastRowsFold({ ...shares, testRows })];
}

/** Which list of categorical columns counts: the official code's, or with yacht's Froude number as a number. */
type ColumnTypes = "reference" | "natural";

export const EMBEDDED_FOLDER = fileURLToPath(new URL("../../data/uci", import.meta.url));

/** The cells of a file (plain, gzip, or brotli by its ending), once its checksum is found to be right. */
async function readChecked(path: string, expected: string): Promise<RawTable> {
  const bytes = await readKnown(path, "data", expected);
  return parseCsv(path.endsWith(".br") ? brotliDecompressSync(bytes) : bytes, path, { header: true });
}

/** The table of a set of data/uci. @throws UserError for a file that is absent or changed. */
async function readEmbedded(facts: EmbeddedFacts, types: ColumnTypes, folder: string): Promise<Table> {
  const categorical = facts.categorical[types];
  const raw = await readChecked(`${folder}/${facts.file}`, facts.sha256);
  const numeric = raw.names.filter((column) => !categorical.includes(column));
  return typeTable(raw, { categorical, numeric });
}

/** The ten folds of a set of data/uci. @throws UserError for a file that is absent or changed. */
export async function storedFolds(facts: EmbeddedFacts, folder: string): Promise<Fold[]> {
  const raw = await readChecked(`${folder}/${facts.splits}`, facts.splitsSha256);
  return raw.cells.map((marks) => {
    const rowsOf = (mark: string) =>
      Int32Array.from(marks.flatMap((found, row) => (found === mark ? [row] : [])));
    return { train: rowsOf("0"), val: rowsOf("1"), test: rowsOf("2") };
  });
}

/** Mean and deviation (n - 1) of a classical method over the ten folds, RMSE in the target's units. */
export type ClassicalFigure = (typeof baselines.figures)[number] & { library: string; settings: string };

/** The classical figures of a data set: constant, knn, xgboost, mlp. @throws UserError for an unknown name. */
export function classicalFigures(name: string): ClassicalFigure[] {
  const { name: data } = uciFacts(name);
  const chosen: Record<string, Record<string, string>> = baselines.chosenOnFold0;
  const methods: Record<string, { library: string; settings: string }> = baselines.methods;
  return baselines.figures.filter((figure) => figure.data === data).map((figure) => {
    const { library, settings } = methods[figure.model]!;
    const fixed = chosen[data]?.[figure.model];
    return { ...figure, library, settings: fixed ? `${settings}; chosen: ${fixed}` : settings };
  });
}
