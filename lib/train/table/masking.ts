import * as tf from "@tensorflow/tfjs-core";
import type { Rng } from "../../engine/random.ts";
import { UserError } from "../../errors.ts";
import { type Cells, type ColumnLayout, hideCells, takeColumns } from "../../models/table/columns.ts";

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

/** A share of a count may be whole but not exact in float32. */
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

/** Scores of the rows, uniform in [0, 1) [n]: rows are taken in ascending order. */
export const drawRows = (rng: Rng, n: number): tf.Tensor1D => rng.uniform([n]) as tf.Tensor1D;

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

const ROW_GROUPS = ["train", "val", "test"] as const;
type RowGroup = typeof ROW_GROUPS[number];

/** Whose labels a model may not see, and which of them it is scored on. */
interface LabelPlan {
  /** Groups whose labels are all hidden. */
  hidden: RowGroup[];
  /** Groups of whose labels a random part is masked. */
  sampled: RowGroup[];
  /** What enters the label loss: the sampled cells, or all label cells of the group of the mode. */
  scored: "sampled" | RowGroup;
}

/**
 * Which labels are masked in a mode (`npt/mask.py`, `npt/constants.py`).
 *
 * @param p label mask probability of that mode (`model_label_bert_mask_prob`)
 * @throws UserError for p outside [0, 1], and for p = 0 in training, which would leave nothing to learn from
 */
export function labelPlan(mode: RowGroup, p: number): LabelPlan {
  if (!(p >= 0 && p <= 1)) throw new UserError(`Expected a label mask probability in [0, 1], found ${p}.`);
  if (p === 1) return { hidden: [...ROW_GROUPS], sampled: [], scored: mode };
  if (mode === "train") {
    if (p === 0) {
      throw new UserError("Expected a label mask probability above 0 in training, found 0: no label counts.");
    }
    return { hidden: ["val", "test"], sampled: ["train"], scored: "sampled" };
  }
  const visible: RowGroup[] = mode === "val" ? ["train"] : ["train", "val"];
  return {
    hidden: ROW_GROUPS.filter((group) => !visible.includes(group)),
    sampled: p === 0 ? [] : visible,
    scored: mode,
  };
}

/** Scores are multiples of 2^-24 in [0, 1): 6 digits to base 16 tell them all apart. */
const BASE = 16;
const DIGITS = 6;

/** A score above all drawn ones, for what must never be selected. */
const NEVER = 2;

/**
 * Which of `scores` [N] are among the `counts[k]` smallest of the eligible ones, for each k: [K, N] of 0 and 1.
 *
 * Selecting c of N cells without replacement is selecting the c smallest of N uniform scores. The threshold is found
 * digit by digit (linear cost, no sorting, few operations to compile). Scores that are exactly equal are selected together, so a row may hold one more
 * than asked; that happens about once in 2^24 / N draws.
 *
 * @param scores uniform numbers in [0, 1) of 24 bits
 * @param eligible 1 where selection is allowed, else 0 [N]
 * @param counts whole numbers of at most the number of eligible scores [K]
 */
export function selectSmallest(scores: tf.Tensor1D, eligible: tf.Tensor1D, counts: tf.Tensor1D): tf.Tensor2D {
  const k = counts.shape[0];
  const masked = tf.add(tf.mul(scores, eligible), tf.mul(tf.sub(1, eligible), NEVER));
  const row = tf.reshape(masked, [1, 1, -1]);
  const wanted = tf.reshape(counts, [k, 1]);
  const digits = tf.tensor2d(Array.from({ length: BASE }, (_, digit) => digit), [1, BASE]);
  // Fewer than the wanted number of scores lie below `limit`, and enough below the next multiple of the last digit.
  let limit: tf.Tensor = tf.zeros([k, 1]);
  for (let digit = 1; digit <= DIGITS; digit++) {
    const candidates = tf.add(limit, tf.mul(digits, BASE ** -digit));
    const below = tf.sum(tf.cast(tf.less(row, tf.expandDims(candidates, 2)), "float32"), 2);
    const tooFew = tf.cast(tf.less(below, wanted), "float32");
    limit = tf.max(tf.mul(candidates, tooFew), 1, true);
  }
  const threshold = tf.add(limit, BASE ** -DIGITS);
  // Where none is wanted, no limit has too few below it.
  const any = tf.cast(tf.greater(wanted, 0), "float32");
  const chosen = tf.cast(tf.less(tf.reshape(masked, [1, -1]), threshold), "float32");
  return tf.mul(chosen, any) as tf.Tensor2D;
}
