import { UserError } from "../errors.ts";
import { shuffled } from "./permutation.ts";

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
}

/** Steps of an epoch: 1 for the full batch, else ceil(rows / size). */
export const batchCount = (rows: number, size: number): number => (size === -1 ? 1 : Math.ceil(rows / size));

/**
 * Cuts groups of rows (train, val, test) into batches that all have the same share of each group; reference
 * npt/utils/batch_utils.py. All batches have the same size and the same order of groups, so that one compiled step serves
 * them all; the few rows that do not fit (fewer than the number of batches per group) sit out this epoch. Each epoch
 * has its own random order; a single batch needs none, because the models do not depend on the order of rows.
 *
 * @throws UserError if the size is neither -1 nor at least 1, or if the first group has fewer rows than there are batches.
 */
export function balancedBatches(groups: readonly Int32Array[], { size, seed, epoch }: BatchOptions): Batches {
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
  const order = (group: Int32Array, index: number) =>
    count === 1 ? group : shuffled(group, [seed, epoch * groups.length + index]);
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
