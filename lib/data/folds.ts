import { UserError } from "../errors.ts";
import { permutation } from "./permutation.ts";

/** Row indices of the table, each row in exactly one part. */
export interface Fold {
  train: Int32Array;
  val: Int32Array;
  test: Int32Array;
}

export interface FoldOptions {
  /** Rows in the table. */
  rows: number;
  /** Share of the rows in each test part; there are trunc(1 / testShare) folds. */
  testShare?: number;
  /** Share of all rows in each validation part. */
  valShare?: number;
  seed: number;
  /** [rows] class of each row: every part then has its share of each class. */
  classes?: Int32Array;
}

/** Rows in random order, brought together by class. */
function byClass(rows: Int32Array, classes: Int32Array | undefined, key: [number, number]): Int32Array {
  const order = permutation(rows.length, key).map((at) => rows[at]!);
  return classes ? order.sort((a, b) => classes[a]! - classes[b]!) : order;
}

/**
 * Cross-validation folds (reference: npt/utils/cv_utils.py; paper section on UCI): every row is a test row in exactly
 * one fold. Indices always refer to the table as it is, whereas the reference re-orders the table from fold to fold
 * and so tests some rows several times and others never.
 *
 * Validation rows: the fraction valShare / (1 - testShare) of the other rows, rounded up.
 *
 * @throws UserError if the shares do not leave rows for each part.
 */
export function makeFolds({ rows, testShare = 0.1, valShare = 0.2, seed, classes }: FoldOptions): Fold[] {
  const count = Math.trunc(1 / testShare);
  const fraction = valShare / (1 - testShare);
  if (!(count >= 2) || !(fraction >= 0 && fraction < 1)) {
    throw new UserError(
      `expected shares with testShare <= 1/2 and testShare + valShare < 1, found ${testShare} and ${valShare}`,
    );
  }
  if (rows < count) throw new UserError(`expected at least ${count} rows for ${count} folds, found ${rows}`);
  const all = Int32Array.from({ length: rows }, (_, row) => row);
  const dealt = byClass(all, classes, [seed, 0]);
  return Array.from({ length: count }, (_, fold) => {
    const test = dealt.filter((_, at) => at % count === fold);
    const others = byClass(dealt.filter((_, at) => at % count !== fold), classes, [seed, fold + 1]);
    const valCount = Math.ceil(fraction * others.length);
    if (valCount >= others.length) {
      throw new UserError(`${rows} rows leave no train row beside ${valCount} for validation`);
    }
    // Evenly spaced places in an order that is random inside each class: no class is over-represented.
    const isVal = (at: number) =>
      Math.floor((at + 1) * valCount / others.length) > Math.floor(at * valCount / others.length);
    return {
      train: others.filter((_, at) => !isVal(at)).sort(),
      val: others.filter((_, at) => isVal(at)).sort(),
      test: test.sort(),
    };
  });
}
