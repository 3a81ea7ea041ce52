import { UserError } from "../errors.ts";
import { shuffled, sortedByClass, span } from "./permutation.ts";

/** Row indices of the table, each row in exactly one part. */
export interface Fold {
  train: Int32Array;
  val: Int32Array;
  test: Int32Array;
}

interface FoldOptions {
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
  const order = shuffled(rows, key);
  return classes ? sortedByClass(order, classes) : order;
}

/** Puts the rows that are not for testing in two parts: evenly spaced places are for validation. */
function splitOthers(others: Int32Array, fraction: number, all: number): Pick<Fold, "train" | "val"> {
  const valCount = Math.ceil(fraction * others.length);
  if (valCount >= others.length) {
    throw new UserError(`${all} rows leave no train row beside ${valCount} for validation`);
  }
  // In an order that is random inside each class, so that no class is over-represented.
  const isVal = (at: number) =>
    Math.floor((at + 1) * valCount / others.length) > Math.floor(at * valCount / others.length);
  return {
    train: others.filter((_, at) => !isVal(at)).sort(),
    val: others.filter((_, at) => isVal(at)).sort(),
  };
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
  const dealt = byClass(span(rows), classes, [seed, 0]);
  return Array.from({ length: count }, (_, fold) => {
    const test = dealt.filter((_, at) => at % count === fold);
    const others = byClass(dealt.filter((_, at) => at % count !== fold), classes, [seed, fold + 1]);
    return { ...splitOthers(others, fraction, rows), test: test.sort() };
  });
}

/** The one fold of a table whose last rows are for testing. @throws UserError if no train row is left */
export function lastRowsFold(
  { rows, testRows, testShare = 0.2, valShare = 0.1, seed, classes }: FoldOptions & { testRows: number },
): Fold {
  const fraction = valShare / (1 - testShare);
  if (!(fraction >= 0 && fraction < 1) || !(testRows >= 1 && testRows < rows)) {
    throw new UserError(
      `expected 1 to ${rows - 1} test rows and shares below 1 together, found ${testRows}, ` +
        `${testShare}, ${valShare}`,
    );
  }
  const others = byClass(span(rows - testRows), classes, [seed, 1]);
  return { ...splitOthers(others, fraction, rows), test: span(testRows, rows - testRows) };
}

/** One epoch: batches of equal size and equal composition. */
interface Batches {
  /** Row indices; the rows of the first group come first, then those of the second, ... */
  batches: Int32Array[];
  /** Rows of each group in every batch. */
  counts: number[];
}

interface BatchOptions {
  /** Rows per batch, or -1 for all rows in one batch. */
  size: number;
  seed: number;
  epoch: number;
  /**
   * [rows of the table] class of each row: every batch then has the share of each class that the first group has, as far as
   * rows can be counted (the reference's exp_batch_class_balancing).
   */
  classes?: ArrayLike<number>;
}

/** Steps of an epoch: 1 for the full batch, else ceil(rows / size). */
export const batchCount = (rows: number, size: number): number => (size === -1 ? 1 : Math.ceil(rows / size));

/** Puts rows in an order in which stretches of `each` rows have the same classes, one row more or less; the rest is left out. */
function interleavedByClass(
  rows: Int32Array,
  each: number,
  count: number,
  classes: ArrayLike<number>,
): Int32Array {
  const sorted = sortedByClass(rows.subarray(0, each * count), classes);
  return sorted.map((_, at) => sorted[(at % each) * count + Math.floor(at / each)]!);
}

/**
 * Cuts groups of rows (train, val, test) into batches that all have the same share of each group; reference
 * npt/utils/batch_utils.py. All batches have the same size and the same order of groups, so that one compiled step serves
 * them all; the few rows that do not fit (fewer than the number of batches per group) sit out this epoch. Each epoch
 * has its own random order; a single batch needs none, because the models do not depend on the order of rows.
 *
 * @throws UserError if the size is neither -1 nor at least 1, or if the first group has fewer rows than there are batches.
 */
export function balancedBatches(groups: readonly Int32Array[], options: BatchOptions): Batches {
  const { size, seed, epoch, classes } = options;
  if (size !== -1 && !(Number.isInteger(size) && size >= 1)) {
    throw new UserError(`expected a batch size of -1 (all rows) or at least 1, found ${size}`);
  }
  const rows = groups.reduce((sum, group) => sum + group.length, 0);
  const count = batchCount(rows, size);
  const counts = groups.map((group) => Math.floor(group.length / count));
  if (!counts[0]) {
    throw new UserError(
      `batches of ${size} rows give ${count} batches, but there are ${groups[0]?.length ?? 0} train rows`,
    );
  }
  const order = (group: Int32Array, index: number) => {
    if (count === 1) return group;
    const random = shuffled(group, [seed, epoch * groups.length + index]);
    return classes && index === 0 ? interleavedByClass(random, counts[0]!, count, classes) : random;
  };
  const orders = groups.map(order);
  const total = counts.reduce((a, b) => a + b, 0);
  const batches = Array.from({ length: count }, (_, batch) => {
    const members = new Int32Array(total);
    let at = 0;
    orders.forEach((order, index) => {
      const each = counts[index]!;
      members.set(order.subarray(batch * each, (batch + 1) * each), at);
      at += each;
    });
    return members;
  });
  return { batches, counts };
}
