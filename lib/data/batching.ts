import { UserError } from "../errors.ts";
import { shuffled, sortedByClass } from "./permutation.ts";

/** One epoch: batches of equal size and equal composition. */
export interface Batches {
  /** Row indices; the rows of the first group come first, then those of the second, ... */
  batches: Int32Array[];
  /** Rows of each group in every batch. */
  counts: number[];
}

export interface BatchOptions {
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
function dealtByClass(rows: Int32Array, each: number, count: number, classes: ArrayLike<number>): Int32Array {
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
    return classes && index === 0 ? dealtByClass(random, counts[0]!, count, classes) : random;
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
