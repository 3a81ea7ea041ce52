import { sameShape } from "../../../src/stablehlo/node.ts";
import type { Draft, Value, Wanted } from "../draft.ts";

/** Whether two shapes broadcast to one. */
function broadcasts(a: readonly number[], b: readonly number[]): boolean {
  const [short, long] = a.length < b.length ? [a, b] : [b, a];
  const offset = long.length - short.length;
  return short.every((n, i) => n === 1 || long[offset + i] === 1 || n === long[offset + i]);
}

/** A shape that broadcasts with another one: axes cut off, or their lengths made 1. */
function related(draft: Draft, shape: readonly number[]): number[] {
  const from = draft.chance(0.3) ? draft.integer(0, shape.length) : 0;
  return shape.slice(from).map((n) => draft.chance(0.25) ? 1 : n);
}

/** An operand of the same shape as another one. */
export const sameAs = (draft: Draft, { shape }: Value, wanted: Wanted): Value =>
  draft.operand({ ...wanted, shape: (other) => sameShape(other, shape), newShape: () => [...shape] });

/** An operand that broadcasts with another one. */
export const broadcastWith = (draft: Draft, { shape }: Value, wanted: Wanted): Value =>
  draft.operand({
    ...wanted,
    shape: (other) => broadcasts(other, shape),
    newShape: () => related(draft, shape),
  });

/** tfjs's gradients are an error where a length of 1 broadcasts to a length of 0. */
export const repeatsNothing = (a: readonly number[], b: readonly number[]): boolean =>
  !sameShape(a, b) && [...a, ...b].includes(0);
