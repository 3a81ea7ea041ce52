import * as tf from "@tensorflow/tfjs-core";

/** Stands for minus infinity; finite, so that no NaN arises where all is hidden. */
export const HIDDEN = -1e30;

/**
 * Weighted sums of rows: softmax of `scores` over the rows, times the rows.
 *
 * The sums are divided after the product, and the gradient needs no pass over the rows to normalise:
 * with E the exponentials and Z their sums, O = EᵀV / Z, so dE = V·(dO/Z)ᵀ - (dO·O)/Z.
 *
 * @param scores [b, n, p]: the logits of p readers over n rows
 * @param values [b, n, c]
 * @param hidden [1 or b, n, 1 or p], 1 for rows that a reader, or nobody, may read; who may read nothing gets 0
 * @param factors [b, n, p], of the weights after the softmax, for dropout
 * @returns [b, p, c]
 */
export function softmaxProduct(
  scores: tf.Tensor3D,
  values: tf.Tensor3D,
  { hidden, factors }: { hidden?: tf.Tensor; factors?: tf.Tensor } = {},
): tf.Tensor3D {
  const open = hidden && tf.sub(1, hidden);
  return tf.customGrad((s, v, save) => {
    const logits = hidden ? tf.where(tf.cast(hidden, "bool"), HIDDEN, s as tf.Tensor3D) : s as tf.Tensor3D;
    const raw = tf.exp(tf.sub(logits, tf.max(logits, 1, true)));
    const weights = (open ? tf.mul(raw, open) : raw) as tf.Tensor3D;
    const [b, , p] = weights.shape;
    const sums = tf.reshape(tf.sum(weights, 1), [b, p, 1]);
    const inverse = tf.div(1, open ? tf.maximum(sums, 1e-30) : sums);
    const value = tf.mul(
      tf.matMul(times(weights, factors), v as tf.Tensor3D, true, false),
      inverse,
    ) as tf.Tensor3D;
    (save as tf.GradSaveFunc)([weights, v as tf.Tensor, value, inverse, ...(factors ? [factors] : [])]);
    return {
      value,
      gradFunc: (dy: tf.Tensor3D, saved: tf.Tensor[]) => {
        const [e, v, o, z, kept] = saved as [tf.Tensor3D, tf.Tensor3D, tf.Tensor3D, tf.Tensor3D, tf.Tensor?];
        const scaled = tf.mul(dy, z) as tf.Tensor3D;
        const [b, p] = o.shape;
        const along = tf.reshape(tf.sum(tf.mul(scaled, o), -1), [b, 1, p]);
        const slope = tf.sub(times(tf.matMul(v, scaled, false, true), kept), along);
        return [tf.mul(e, slope), tf.matMul(times(e, kept), scaled)];
      },
    };
  })(scores, values) as tf.Tensor3D;
}

const times = (x: tf.Tensor, factors?: tf.Tensor): tf.Tensor3D =>
  (factors ? tf.mul(x, factors) : x) as tf.Tensor3D;
