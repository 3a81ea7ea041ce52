import { type Fold, shuffled } from "../data/mod.ts";

/**
 * Divides rows at random into training and validation; the test part is empty.
 *
 * @param rows the rows to divide, all of them labelled
 * @param share of the validation rows; at least one row stays for training
 * @param classes [table rows] class of each row: each class is divided by itself and keeps a row for training
 */
export function splitRows(rows: Int32Array, share: number, seed: number, classes?: Int32Array): Fold {
  const strata = Map.groupBy(shuffled(rows, [seed, 0]), (row) => classes?.[row] ?? 0);
  const train: number[] = [];
  const val: number[] = [];
  for (const members of strata.values()) {
    const count = Math.min(Math.round(share * members.length), members.length - 1);
    members.forEach((row, i) => (i < count ? val : train).push(row));
  }
  return { train: Int32Array.from(train).sort(), val: Int32Array.from(val).sort(), test: new Int32Array() };
}
