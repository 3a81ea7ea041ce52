/** A table of one's own: load it, fit a model, predict, save; for notebooks and for the command line. */
import { readTable, type Table, type TableOptions } from "../data/mod.ts";
import { shownTable } from "./shown.ts";

export { describeTable } from "./shown.ts";

export { readTableLike as loadTableLike, type Table } from "../data/mod.ts";
export { predictionsCsv } from "./csv.ts";
export {
  CONTEXT_MODEL,
  defaultRecipe,
  describeModel,
  TABLE_MODELS,
  type TableModelName,
  tableModelName,
} from "./defaults.ts";
export { fitPrepared, fitTable, type FitTableOptions, type FittedTable, loadModel } from "./fit_table.ts";
export { encodeQueries, type TabularModel } from "./model.ts";
export { type Prepared, prepareTable, type TrainingOptions } from "./prepare.ts";

/** A table from a CSV or Parquet file; in a notebook it shows its columns. @throws UserError as `readTable` does */
export const loadTable = async (path: string, options?: TableOptions): Promise<Table> =>
  shownTable(await readTable(path, options));
