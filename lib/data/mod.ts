/** Tables and functions: reading, typing, encoding, folds, batches, and the data sets of this workspace. */
export { balancedBatches, batchCount, type Fold, makeFolds } from "./folds.ts";
export { parseCsv } from "./csv.ts";
export {
  isTable,
  placeOf,
  readTable,
  type Table,
  TABLE_OPTION_NAMES,
  type TableOptions,
  typeTable,
} from "./table.ts";
export {
  type DecodedTarget,
  decodeTarget,
  encode,
  type EncodedTable,
  type RawOutputs,
  readTableLike,
} from "./encode.ts";
export { withBins } from "./bins.ts";
export {
  functionDigest,
  type FunctionSet,
  functionSource,
  loadFunctions,
  standardiser,
} from "./functions.ts";
export { unknown } from "./nearest.ts";
export { permutation, shuffled } from "./permutation.ts";
export { readSafetensors, type StoredTensor, type TensorFile, writeSafetensors } from "./safetensors.ts";
export { type Column, fitSchema, parseSchema, type Schema } from "./schema.ts";
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
