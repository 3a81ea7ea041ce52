import * as tf from "@tensorflow/tfjs-core";

interface LossAndMore<T extends Record<string, tf.Tensor>> {
  loss: tf.Scalar;
  /** Whatever else the computation of the loss gives, to be returned beside it. */
  more: T;
}

/**
 * Value of a loss and its gradients.
 *
 * @param compute reads the variables
 * @returns gradients in the order and shapes of `variables`, zeros where the loss does not depend on one
 */
export function valueAndGradients<T extends Record<string, tf.Tensor>>(
  compute: () => LossAndMore<T>,
  variables: tf.Variable[],
): LossAndMore<T> & { gradients: tf.Tensor[] } {
  const kept = {} as Record<string, tf.Tensor>;
  const { value, grads } = tf.variableGrads(() => {
    const { loss, more } = compute();
    // Differentiation disposes what its function does not return.
    for (const [name, tensor] of Object.entries(more)) kept[name] = tf.keep(tf.clone(tensor));
    return loss;
  }, variables);
  const release = (tensor: tf.Tensor) => {
    const copy = tf.clone(tensor);
    tensor.dispose();
    return copy;
  };
  return {
    loss: value,
    more: Object.fromEntries(Object.entries(kept).map(([name, tensor]) => [name, release(tensor)])) as T,
    gradients: variables.map((v) => grads[v.name] ?? tf.zerosLike(v)),
  };
}
