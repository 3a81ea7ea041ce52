/** Table models: SPIN, its ablations, NPT, the Set Transformer and the parametric transformer. */
export type { Cells, ColumnLayout, ModelColumn, Outputs } from "./columns.ts";
export { hideCells, joinColumns, layoutOf, takeColumns } from "./columns.ts";
export { completeConfig, MODEL_KINDS, PREDICTOR_KINDS, READOUT_KINDS } from "./config.ts";
export type { ModelKind, TableModelConfig } from "./config.ts";
export { buildDigest, countParameters, createTableModel, ensembleOf, meanOutputs } from "./model.ts";
export type { BuildTableModel, TableModel } from "./model.ts";
export type { Core, LatentCore, MakeCore } from "./core.ts";
