import { UserError } from "../../errors.ts";
import type { EncodedTable } from "../encode.ts";
import type { Column } from "../schema.ts";
import { wordClasses, wordsOf } from "./kmers.ts";
import type { ImputationWindow } from "./windows_data.ts";

/** Alleles in a word (`Kmer_win_size`). */
const WORD = 5;

/**
 * A window as a table: a column for each word of `k` neighbouring array sites (x0, x1, ...), then one for each word
 * of targets (y0, y1, ...), all categorical with 2^k + 1 classes. Array sites beyond the last whole word are
 * dropped.
 *
 * @throws UserError if the targets do not fill whole words: some would never be imputed.
 */
export function windowTable(window: ImputationWindow, k = WORD): EncodedTable {
  const { inputs, targets, inputVariants, targetVariants, name } = window;
  if (targetVariants.length % k !== 0) {
    throw new UserError(`${name}: expected a multiple of ${k} targets, found ${targetVariants.length}`);
  }
  const rows = targets.length / targetVariants.length;
  const x = wordsOf(inputs, inputVariants.length, k);
  const y = wordsOf(targets, targetVariants.length, k);
  const [dx, dy] = [x.length / rows, y.length / rows];
  const codes = new Int32Array(rows * (dx + dy));
  for (let row = 0; row < rows; row++) {
    codes.set(x.subarray(row * dx, (row + 1) * dx), row * (dx + dy));
    codes.set(y.subarray(row * dy, (row + 1) * dy), row * (dx + dy) + dx);
  }
  const classes = Array.from(
    { length: wordClasses(k) },
    (_, word) => word === 0 ? "none" : (word - 1).toString(2).padStart(k, "0"),
  );
  const columns = Array.from({ length: dx + dy }, (_, j): Column => ({
    name: j < dx ? `x${j}` : `y${j - dx}`,
    kind: "categorical",
    target: j >= dx,
    classes,
    mean: 0,
    deviation: 1,
  }));
  return { columns, rows, values: new Float32Array(0), codes, missing: new Uint8Array(codes.length) };
}
