import * as tf from "@tensorflow/tfjs-core";
import type { Rng } from "../../engine/random.ts";
import type { Cells } from "../../models/table/cells.ts";
import { type ColumnLayout, takeColumns } from "../../models/table/columns.ts";
import { selectSmallest } from "./selection.ts";

/** Every random number that one masking of n rows uses. */
export interface MaskDraws {
  /** Scalar, standard normal: the deviation of the number of masked cells from its mean. */
  countNoise: tf.Scalar;
  /** [n, d] uniform in [0, 1): cells are taken in ascending order. */
  scores: tf.Tensor2D;
  /** [n, dc] uniform in [0, 1): class of a randomised categorical cell. */
  classes: tf.Tensor2D;
  /** [n, dn] standard normal: value of a randomised numeric cell. */
  values: tf.Tensor2D;
}

/** Draws for `maskCells`. */
export function drawMasks(rng: Rng, n: number, { d, numeric, categorical }: ColumnLayout): MaskDraws {
  return {
    countNoise: rng.normal([]) as tf.Scalar,
    scores: rng.uniform([n, d]) as tf.Tensor2D,
    classes: rng.uniform([n, categorical.length]) as tf.Tensor2D,
    values: rng.normal([n, numeric.length]) as tf.Tensor2D,
  };
}

export interface Masked {
  cells: Cells;
  /** [n, d] 1 where a cell was selected, whether hidden or randomised: these cells enter the loss. */
  selected: tf.Tensor2D;
}

/**
 * BERT-style masking (`npt/mask.py`, apply_mask): about p of the candidate cells are selected; of those a share q gets
 * the mask token, and the others, without a token, a random class or value.
 *
 * @param candidates [n, d] 1 where a cell may be selected; missing cells must not be candidates
 * @param p probability of selection, in [0, 1]
 * @param q `model_bert_mask_percentage`, in [0, 1]
 */
export function maskCells(
  layout: ColumnLayout,
  cells: Cells,
  candidates: tf.Tensor2D,
  p: number,
  q: number,
  draws: MaskDraws,
): Masked {
  const [n, d] = candidates.shape;
  const eligible = tf.sum(candidates);
  const spread = tf.sqrt(tf.mul(eligible, p * (1 - p)));
  const drawn = tf.add(tf.mul(eligible, p), tf.mul(draws.countNoise, spread));
  const count = tf.minimum(tf.floor(tf.maximum(drawn, 0)), eligible) as tf.Scalar;
  const chosen = selectSmallest(
    tf.reshape(draws.scores, [n * d]),
    tf.reshape(candidates, [n * d]),
    tf.stack([count, randomisedCount(count, q)]) as tf.Tensor1D,
  );
  const row = (k: number) => tf.reshape(tf.slice(chosen, [k, 0], [1, n * d]), [n, d]) as tf.Tensor2D;
  const [selected, randomised] = [row(0), row(1)];
  const hidden = hideCells(layout, cells, selected);
  return {
    selected,
    cells: {
      values: randomValues(layout, hidden.values, randomised, draws),
      onehot: randomClasses(layout, hidden.onehot, randomised, draws),
      mask: tf.sub(hidden.mask, randomised),
    },
  };
}

/** Sets cells to 0 with a mask token, where `hidden` [n, d] is 1. */
export function hideCells(layout: ColumnLayout, cells: Cells, hidden: tf.Tensor2D): Cells {
  const shown = tf.sub(1, hidden) as tf.Tensor2D;
  const numeric = takeColumns(layout, "numeric", shown, 1);
  const categorical = takeColumns(layout, "categorical", shown, 1);
  return {
    values: numeric ? tf.mul(cells.values, numeric) : cells.values,
    onehot: categorical ? tf.mul(cells.onehot, tf.expandDims(categorical, 2)) : cells.onehot,
    mask: tf.maximum(cells.mask, hidden),
  };
}

/** q·c may be whole but not exact in float32. */
const ROUNDING = 1e-4;

/**
 * How many of `count` selected cells the reference randomises: with t = trunc(q·count), it takes those before position
 * 1 - t in Python's sense, where negative positions count from the end.
 */
function randomisedCount(count: tf.Scalar, q: number): tf.Scalar {
  const t = tf.floor(tf.add(tf.mul(count, q), ROUNDING));
  const fromEnd = tf.sub(count, tf.sub(t, 1));
  return tf.where(tf.greater(t, 1.5), fromEnd, tf.minimum(tf.sub(1, t), count)) as tf.Scalar;
}

function randomValues(
  layout: ColumnLayout,
  values: tf.Tensor2D,
  randomised: tf.Tensor2D,
  draws: MaskDraws,
): tf.Tensor2D {
  const where = takeColumns(layout, "numeric", randomised, 1);
  return where ? tf.add(values, tf.mul(where, draws.values)) : values;
}

function randomClasses(
  layout: ColumnLayout,
  onehot: tf.Tensor3D,
  randomised: tf.Tensor2D,
  draws: MaskDraws,
): tf.Tensor3D {
  const where = takeColumns(layout, "categorical", randomised, 1);
  if (!where) return onehot;
  const counts = tf.tensor1d(layout.classes);
  const index = tf.minimum(tf.floor(tf.mul(draws.classes, counts)), tf.sub(counts, 1));
  const classes = tf.tensor1d(Array.from({ length: layout.width }, (_, c) => c));
  const random = tf.cast(tf.equal(tf.expandDims(index, 2), classes), "float32");
  return tf.add(onehot, tf.mul(tf.expandDims(where, 2), random)) as tf.Tensor3D;
}
