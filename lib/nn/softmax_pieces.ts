import * as tf from "@tensorflow/tfjs-core";
import { scan } from "../engine/mod.ts";
import { asConstant } from "./layers.ts";
import {
  emptyState,
  merged,
  type Seen,
  type SoftmaxState,
  stateOf,
  type StateSize,
  sumsOf,
} from "./online_softmax.ts";

/** Pieces of rows, one for each entry of a tensor, as readers of a size see them. */
interface Pieces {
  /** [pieces, ...] */
  entries: tf.Tensor;
  look(entry: tf.Tensor): Seen;
  size: StateSize;
}

/** The state after all pieces, without a gradient. */
export const stateAfter = ({ entries, look, size }: Pieces): SoftmaxState =>
  scan(
    (state, entry: tf.Tensor): [SoftmaxState, null] => [merged(state, stateOf(look(entry))), null],
    emptyState(size),
    entries,
  )[0];

/**
 * The state after all pieces, with a gradient that stores nothing for a piece.
 *
 * The gradient of a loop that rescales its sums reads them as they were before each piece. So the value is computed as a
 * constant, and the gradient is that of the sums relative to the final highest scores: a loop that only adds. Its own
 * forward pass is never needed, and a compiled program is without it.
 */
export function readPieces(pieces: Pieces): SoftmaxState {
  const { entries, look, size } = pieces;
  const value = asConstant(() => {
    const { highest, sums, totals } = stateAfter(pieces);
    return tf.concat([highest, sums, totals], 2);
  });
  const [highest, sums, totals] = tf.split(value, [1, 1, size[2]], 2) as [
    tf.Tensor3D,
    tf.Tensor3D,
    tf.Tensor3D,
  ];
  const { highest: _, ...emptySums } = emptyState(size);
  const [plain] = scan(
    (before: Pick<SoftmaxState, "sums" | "totals">, entry: tf.Tensor) => {
      const more = sumsOf(look(entry), highest);
      const sums = tf.add(before.sums, more.sums) as tf.Tensor3D;
      return [{ sums, totals: tf.add(before.totals, more.totals) as tf.Tensor3D }, null];
    },
    emptySums,
    entries,
  );
  return { highest, sums: withSlopeOf(plain.sums, sums), totals: withSlopeOf(plain.totals, totals) };
}

/** A value that flows into the gradient as if it were `like`. */
const withSlopeOf = <T extends tf.Tensor>(like: tf.Tensor, value: T): T =>
  tf.customGrad(() => ({ value: tf.clone(value), gradFunc: (dy: tf.Tensor) => dy }))(like) as T;
