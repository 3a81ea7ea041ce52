import { fileURLToPath } from "node:url";
import baselines from "../../data/uci/baselines.json" with { type: "json" };
import datasets from "../../data/uci/datasets.json" with { type: "json" };
import { UserError } from "../errors.ts";
import { parseCsv, type RawTable } from "./csv.ts";
import type { Fold } from "./folds.ts";
import { unknown } from "./nearest.ts";
import { readBytes, sha256 } from "./read.ts";
import { type Table, typeTable } from "./table.ts";

/** What is known of a data set: an entry of data/uci/datasets.json. */
export type UciFacts = (typeof datasets)[number];

export interface UciSet {
  facts: UciFacts;
  table: Table;
}

export interface UciOptions {
  /**
   * "reference" (default): categorical columns as in the official code, which takes all six inputs of yacht for
   * categories. "natural": yacht's Froude number is a number; the classical figures were computed so.
   */
  columnTypes?: "reference" | "natural";
  /** The folder with the files; default data/uci of this workspace. */
  folder?: string;
}

const FOLDER = fileURLToPath(new URL("../../data/uci", import.meta.url));

/** The names of all sets, the smallest table first. */
export const uciNames = (): string[] => [...datasets].sort((a, b) => a.n - b.n).map(({ name }) => name);

/**
 * The facts of a data set by its name or the first word of it (boston, power).
 *
 * @throws UserError naming the most similar sets if there is none of that name.
 */
export function uciFacts(name: string): UciFacts {
  const wanted = name.toLowerCase().replaceAll(/[_\s]+/g, "-");
  const facts = datasets.find((set) => set.name === wanted || set.name.startsWith(`${wanted}-`));
  if (!facts) throw new UserError(`no data set ${unknown(name, uciNames())}`);
  return facts;
}

/** The cells of a file, once its checksum is found to be right. */
async function readChecked(path: string, expected: string): Promise<RawTable> {
  const bytes = await readBytes(path, "data");
  const found = await sha256(bytes);
  if (found !== expected) throw new UserError(`${path}: expected SHA-256 ${expected}, found ${found}`);
  return parseCsv(bytes, path, { header: true });
}

/**
 * Loads one of the data sets of data/uci; their provenance is in the README there.
 *
 * @throws UserError for an unknown name or a file that is absent or changed.
 */
export async function loadUci(name: string, options: UciOptions = {}): Promise<UciSet> {
  const { columnTypes = "reference", folder = FOLDER } = options;
  const facts = uciFacts(name);
  const categorical: string[] = facts.categorical[columnTypes];
  const raw = await readChecked(`${folder}/${facts.file}`, facts.sha256);
  const numeric = raw.names.filter((column) => !categorical.includes(column));
  return { facts, table: typeTable(raw, { categorical, numeric }) };
}

/**
 * The ten folds that belong to a data set, as row indices of its table.
 *
 * @throws UserError as loadUci does.
 */
export async function readSplits(
  name: string,
  { folder = FOLDER }: { folder?: string } = {},
): Promise<Fold[]> {
  const facts = uciFacts(name);
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
