import * as tf from "@tensorflow/tfjs-core";
import type { UpdateRule } from "./optimizer.ts";

/** Steps between synchronisations (`exp_lookahead_update_cadence`) and how far the slow weights move. */
const CADENCE = 6;
const ALPHA = 0.5;

/**
 * Lookahead around another rule (`npt/utils/optim_utils.py`): every `CADENCE` steps slow weights move half way to the
 * fast ones, which then restart from there. The slow weights are first taken at the first synchronisation, so that one
 * changes nothing.
 */
export function lookahead(inner: UpdateRule): UpdateRule {
  return {
    slots: [...inner.slots, "slow"],
    update: (parameters, gradients, slots, lr, step, tensors) => {
      const slow = slots.at(-1)!;
      const fast = inner.update(parameters, gradients, slots.slice(0, -1), lr, step, tensors);
      const due = tf.equal(tf.mod(step, tf.scalar(CADENCE, "int32")), tf.scalar(0, "int32"));
      const first = tf.equal(step, tf.scalar(CADENCE, "int32"));
      const moved = tf.add(slow, tf.mul(tf.sub(fast.parameters, slow), ALPHA));
      const synchronised = tf.where(first, fast.parameters, moved);
      return {
        parameters: tf.where(due, synchronised, fast.parameters) as tf.Tensor1D,
        slots: [...fast.slots, tf.where(due, synchronised, slow) as tf.Tensor1D],
      };
    },
  };
}
