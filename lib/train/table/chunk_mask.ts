import * as tf from "@tensorflow/tfjs-core";
import type { Rng } from "../../engine/random.ts";
import type { Cells } from "../../models/table/cells.ts";
import type { ColumnLayout } from "../../models/table/columns.ts";
import { hideCells, type Masked } from "./masking.ts";
import { selectSmallest } from "./selection.ts";

/** Scores of the rows, uniform in [0, 1) [n]: rows are taken in ascending order. */
export const drawRows = (rng: Rng, n: number): tf.Tensor1D => rng.uniform([n]) as tf.Tensor1D;

/** p·rows may be whole but not exact in float32. */
const ROUNDING = 1e-4;

/**
 * Masks the labels of whole rows (`npt/mask.py`, apply_mask_imputation): exactly trunc(p·R) of the R rows that have a
 * candidate lose all their target columns. Cells that are missing stay as they are and do not count.
 *
 * @param candidates [n, d] 1 for the train labels
 * @param targets [d] 1 for the target columns
 * @param scores from `drawRows` [n]
 */
export function maskRows(
  layout: ColumnLayout,
  cells: Cells,
  candidates: tf.Tensor2D,
  targets: tf.Tensor1D,
  p: number,
  scores: tf.Tensor1D,
): Masked {
  const eligible = tf.max(candidates, 1) as tf.Tensor1D;
  const count = tf.floor(tf.add(tf.mul(tf.sum(eligible), p), ROUNDING));
  const rows = selectSmallest(scores, eligible, tf.reshape(count, [1]));
  const present = tf.sub(1, cells.mask);
  const selected = tf.mul(tf.mul(tf.reshape(rows, [-1, 1]), targets), present) as tf.Tensor2D;
  return { cells: hideCells(layout, cells, selected), selected };
}
