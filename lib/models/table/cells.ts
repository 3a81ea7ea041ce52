import type * as tf from "@tensorflow/tfjs-core";

/**
 * A batch of n table rows as a model reads it, numeric and categorical columns apart (dn + dc = d).
 * A hidden or missing cell has all its value channels 0 and its mask token 1.
 */
export interface Cells {
  /** [n, dn] standardised values of the numeric columns, in table order. */
  values: tf.Tensor2D;
  /** [n, dc, C] one-hot classes of the categorical columns, C = largest class count. */
  onehot: tf.Tensor3D;
  /** [n, d] mask token of every cell in table order: 1 = hidden or missing. */
  mask: tf.Tensor2D;
}

/** What a model predicts for every cell of n rows, targets and features alike. */
export interface Outputs {
  /** [n, dn] standardised values of the numeric columns. */
  values: tf.Tensor2D;
  /** [n, dc, C] class logits, -1e9 for classes that a column does not have. */
  logits: tf.Tensor3D;
}
