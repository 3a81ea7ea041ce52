/** Tables and functions: reading, typing, encoding, folds, batches, and the data sets of this workspace. */

export { balancedBatches, batchCount, type Batches, type BatchOptions } from "./batching.ts";
export { type CsvOptions, parseCsv, type RawTable } from "./csv.ts";
export { type DecodedTarget, decodeTarget, type RawOutputs } from "./encode.ts";
export { encode, type EncodedTable, readTableLike } from "./encode.ts";
export { type Fold, type FoldOptions, makeFolds } from "./folds.ts";
export { type FunctionSet, functionsOf, type FunctionTask, loadFunctions } from "./functions.ts";
export { checkPoints, type FunctionBatch, functionBatch } from "./functions_batch.ts";
export type { FunctionColumns } from "./functions.ts";
export { type Moments, type Standardiser, standardiser, standardiserOf } from "./functions_scale.ts";
export { functionDigest, functionSource } from "./functions_source.ts";
export { nearest, unknown } from "./nearest.ts";
export { paperCelebA, paperGp, paperParameters, paperUci } from "./paper.ts";
export { inPasses } from "./permutation.ts";
export { permutation, shuffled } from "./permutation.ts";
export { readBytes, sha256 } from "./read.ts";
export { readSafetensors, type StoredTensor, type TensorFile, writeSafetensors } from "./safetensors.ts";
export { type Column, fitSchema, parseSchema, type Schema, type SchemaOptions } from "./schema.ts";
export { readTable, type Table, type TableColumn, type TableOptions, typeTable } from "./table.ts";
export {
  type ClassicalFigure,
  classicalFigures,
  loadUci,
  readSplits,
  uciDigest,
  type UciFacts,
  uciFacts,
  type UciFoldOptions,
  uciFolds,
  uciNames,
  type UciOptions,
  uciPresent,
  type UciSet,
  type UciShares,
  uciShares,
} from "./uci.ts";
