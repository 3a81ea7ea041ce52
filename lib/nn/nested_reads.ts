import * as tf from "@tensorflow/tfjs-core";
import { merged, type Seen, type SoftmaxState, stateOf } from "./online_softmax.ts";

/**
 * What the same readers have of the first so many rows, for several numbers of rows: a latent variable's prior reads
 * the context, its posterior the targets as well. Every row is read once, and the states of parts are joined.
 *
 * @returns the states in the order of `counts`, with gradients
 */
export function nestedReads(seen: Seen, counts: readonly number[]): SoftmaxState[] {
  const ends = [...new Set(counts)].sort((a, b) => a - b);
  const states = new Map<number, SoftmaxState>();
  ends.reduce((before: SoftmaxState | undefined, end, i) => {
    const part = stateOf(rowsBetween(seen, ends[i - 1] ?? 0, end));
    const state = before ? merged(before, part) : part;
    states.set(end, state);
    return state;
  }, undefined);
  return counts.map((count) => states.get(count)!);
}

/** Rows from `start` to before `end`. */
function rowsBetween({ scores, values, hidden }: Seen, start: number, end: number): Seen {
  const cut = (x: tf.Tensor3D): tf.Tensor3D => tf.slice(x, [0, start, 0], [-1, end - start, -1]);
  return { scores: cut(scores), values: cut(values), hidden: hidden && cut(hidden) };
}
