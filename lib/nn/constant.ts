import * as tf from "@tensorflow/tfjs-core";

/** What `compute` gives as a constant: gradients neither flow back through it nor keep what it computes. */
export const constant = (compute: () => tf.Tensor): tf.Tensor =>
  // Differentiation sees a custom gradient as one operation, and this one has no inputs.
  tf.customGrad(() => ({ value: compute(), gradFunc: () => [] }))();
