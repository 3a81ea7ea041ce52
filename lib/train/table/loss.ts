import * as tf from "@tensorflow/tfjs-core";
import { type Cells, type ColumnLayout, type Outputs, takeColumns } from "../../models/table/columns.ts";

/** Sums over the selected cells of one part of the loss; all scalars. */
export interface PartLoss {
  /** Sum of cross entropies (natural logarithm) over categorical cells. */
  crossEntropy: tf.Scalar;
  /** Sum of squared errors on standardised values over numeric cells. */
  squaredError: tf.Scalar;
  categoricalCells: tf.Scalar;
  numericCells: tf.Scalar;
  /** Both sums over both counts; 0 if no cell is selected. */
  mean: tf.Scalar;
}

interface Loss {
  /** tradeoff · feature.mean + (1 - tradeoff) · label.mean */
  total: tf.Scalar;
  label: PartLoss;
  feature: PartLoss;
}

/**
 * The training loss of `npt/loss.py`: hidden labels and masked feature cells, each part pooled over its own cells.
 *
 * @param truth the cells before any masking
 * @param labelMask [n, d] 1 where a label counts
 * @param featureMask [n, d] 1 where a feature was masked
 * @param tradeoff scalar in [0, 1]
 */
export function tableLoss(
  layout: ColumnLayout,
  outputs: Outputs,
  truth: Cells,
  labelMask: tf.Tensor2D,
  featureMask: tf.Tensor2D,
  tradeoff: tf.Scalar,
): Loss {
  const perCell = cellLosses(layout, outputs, truth);
  const label = partLoss(layout, perCell, labelMask);
  const feature = partLoss(layout, perCell, featureMask);
  const total = tf.add(tf.mul(tradeoff, feature.mean), tf.mul(tf.sub(1, tradeoff), label.mean)) as tf.Scalar;
  return { total, label, feature };
}

/** Loss of every cell: squared errors [n, dn], cross entropies [n, dc]; null for a kind without columns. */
interface CellLosses {
  squaredErrors: tf.Tensor2D | null;
  crossEntropies: tf.Tensor2D | null;
}

function cellLosses(layout: ColumnLayout, outputs: Outputs, truth: Cells): CellLosses {
  return {
    squaredErrors: layout.numeric.length > 0 ? tf.square(tf.sub(outputs.values, truth.values)) : null,
    crossEntropies: layout.categorical.length > 0
      ? tf.neg(tf.sum(tf.mul(tf.logSoftmax(outputs.logits, 2), truth.onehot), 2))
      : null,
  };
}

function partLoss(layout: ColumnLayout, perCell: CellLosses, mask: tf.Tensor2D): PartLoss {
  const [crossEntropy, categoricalCells] = selected(
    perCell.crossEntropies,
    takeColumns(layout, "categorical", mask, 1),
  );
  const [squaredError, numericCells] = selected(
    perCell.squaredErrors,
    takeColumns(layout, "numeric", mask, 1),
  );
  const cells = tf.maximum(tf.add(categoricalCells, numericCells), 1);
  const mean = tf.div(tf.add(crossEntropy, squaredError), cells) as tf.Scalar;
  return { crossEntropy, squaredError, categoricalCells, numericCells, mean };
}

/** Sum of the losses of the selected cells, and how many there are. */
function selected(losses: tf.Tensor2D | null, mask: tf.Tensor2D | null): [tf.Scalar, tf.Scalar] {
  if (losses === null || mask === null) return [tf.scalar(0), tf.scalar(0)];
  return [tf.sum(tf.mul(losses, mask)), tf.sum(mask)];
}
