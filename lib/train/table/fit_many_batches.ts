import { balancedBatches, batchCount, type Fold } from "../../data/mod.ts";
import { windowOfEpoch } from "../../data/genotypes/windows_set.ts";
import type { Recipe } from "./recipe.ts";
import type { TableBatch } from "./task.ts";

/**
 * The batches of a training on several windows: every epoch takes one window, in an order that the seed gives, and passes over
 * its rows once.
 *
 * @param rows of each table
 * @returns a function of the step, counted from 0
 */
export function manyBatches(
  folds: readonly Fold[],
  recipe: Recipe,
  rows: number,
): (step: number) => TableBatch {
  const groupsOf = ({ train, val, test }: Fold) => recipe.transductive ? [train, val, test] : [train];
  const members = groupsOf(folds[0]!).reduce((sum, group) => sum + group.length, 0);
  const size = recipe.batchSize >= members ? -1 : recipe.batchSize;
  const perEpoch = batchCount(members, size);
  let [epoch, window] = [-1, 0];
  let batches: Int32Array[] = [];
  return (step) => {
    const now = Math.floor(step / perEpoch);
    if (now !== epoch) {
      epoch = now;
      window = windowOfEpoch(folds.length, epoch, recipe.seed);
      batches = balancedBatches(groupsOf(folds[window]!), { size, seed: recipe.seed, epoch }).batches;
    }
    const all = size === -1 && members === rows;
    return { table: window, rows: all ? null : batches[step % perEpoch]! };
  };
}
