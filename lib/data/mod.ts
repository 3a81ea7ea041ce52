/** Tables and functions: reading, typing, encoding, folds, batches, and the data sets of this workspace. */
export { balancedBatches, batchCount } from "./folds.ts";
export { parseCsv } from "./table.ts";
export {
  type DecodedTarget,
  decodeTarget,
  encode,
  type EncodedTable,
  type RawOutputs,
  readTableLike,
} from "./encode.ts";
export { type Fold, makeFolds } from "./folds.ts";
export { type FunctionSet, loadFunctions } from "./functions.ts";
export { standardiser } from "./functions.ts";
export { functionDigest, functionSource } from "./functions.ts";
export { unknown } from "./nearest.ts";
export { permutation, shuffled } from "./permutation.ts";
export { readSafetensors, type StoredTensor, type TensorFile, writeSafetensors } from "./safetensors.ts";
export { type Column, fitSchema, parseSchema, type Schema } from "./schema.ts";
export { readTable, type Table, type TableOptions, typeTable } from "./table.ts";
export {
  classicalFigures,
  loadUci,
  readSplits,
  uciDigest,
  uciFacts,
  uciFolds,
  uciNames,
  uciPresent,
  uciShares,
} from "./uci.ts";
export { gpSource } from "./gp/sampler.ts";
