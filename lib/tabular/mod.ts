/** A table of one's own: load it, fit a model, predict, save; for notebooks and for the command line. */
export { readTable as loadTable, readTableLike as loadTableLike, type Table } from "../data/mod.ts";
export { predictionsCsv } from "./csv.ts";
export { CONTEXT_MODEL, defaultRecipe, TABLE_MODELS, type TableModelName } from "./defaults.ts";
export { fitPrepared, fitTable, loadModel } from "./fit_table.ts";
export { encodeQueries, type TabularModel } from "./model.ts";
export { type Prepared, prepareTable, type TrainingOptions } from "./prepare.ts";
