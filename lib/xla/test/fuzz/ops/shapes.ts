import { sizeOf } from "../../../src/stablehlo/node.ts";
import * as tf from "@tensorflow/tfjs-core";
import type { Draft, Op, Value, Wanted } from "../draft.ts";
import type { Attributes } from "../program.ts";

/** An operation that only moves what is there. */
function moving(
  run: (x: tf.Tensor, attrs: Attributes) => tf.Tensor,
  attrs: (draft: Draft, x: Value) => Attributes | undefined,
  wanted: (draft: Draft) => Wanted = () => ({}),
): Op {
  return {
    run: ([x], attrs) => run(x!, attrs),
    propose(draft) {
      const x = draft.operand(wanted(draft));
      const chosen = attrs(draft, x);
      return chosen && { inputs: [x], attrs: chosen, bits: x.bits };
    },
  };
}

const withAxes = (draft: Draft): Wanted => ({
  shape: (shape) => shape.length > 0,
  newShape: () => draft.anyShape(1),
});

/** A shape with as many elements. */
function regrouped(draft: Draft, size: number): number[] {
  if (size === 0) return draft.shuffle([0, ...draft.anyShape(0, 2)]);
  const shape: number[] = [];
  let rest = size;
  for (const n of draft.shuffle([1, 2, 3, 2])) {
    if (rest % n !== 0 || draft.chance(0.3)) continue;
    shape.push(n);
    rest /= n;
  }
  return draft.shuffle(rest > 1 || shape.length === 0 && draft.chance(0.5) ? [...shape, rest] : shape);
}

/** Operations that move and repeat. */
export const shapeOps: Record<string, Op> = {
  reshape: moving((x, { to }) => tf.reshape(x, to as number[]), (draft, x) => {
    const to = regrouped(draft, sizeOf(x.shape));
    return to.length <= 4 ? { to } : undefined;
  }),
  expandDims: moving(
    (x, { axis }) => tf.expandDims(x, axis as number),
    (draft, x) => ({ axis: draft.integer(-x.shape.length - 1, x.shape.length) }),
  ),
  squeeze: moving(
    (x, { axes }) => tf.squeeze(x, axes as number[]),
    (draft, { shape }) => {
      const axes = shape.flatMap((n, i) => n === 1 && draft.chance(0.7) ? [i] : []);
      return axes.length > 0 ? { axes } : undefined;
    },
    (draft) => ({
      shape: (shape) => shape.includes(1),
      newShape: () => draft.shuffle([1, ...draft.anyShape(0, 3)]),
    }),
  ),
  transpose: moving(
    (x, { order }) => tf.transpose(x, order as number[]),
    (draft, { shape }) => ({ order: draft.shuffle(shape.map((_, i) => i)) }),
    withAxes,
  ),
  tile: moving(
    (x, { reps }) => tf.tile(x, reps as number[]),
    (draft, { shape }) => ({ reps: shape.map(() => draft.choose([1, 1, 2, 3])) }),
    withAxes,
  ),
  broadcastTo: moving(
    (x, { to }) => tf.broadcastTo(x, to as number[]),
    (draft, { shape }) => ({
      to: [
        ...shape.length < 4 && draft.chance(0.5) ? [draft.integer(1, 3)] : [],
        ...shape.map((n) => n === 1 ? draft.integer(1, 4) : n),
      ],
    }),
  ),
  reverse: moving(
    (x, { axes }) => tf.reverse(x, axes as number[]),
    (draft, { shape }) => ({ axes: shape.map((_, i) => i).filter(() => draft.chance(0.5)) }),
    withAxes,
  ),
  zerosLike: moving((x) => tf.zerosLike(x), () => ({})),
  onesLike: moving((x) => tf.onesLike(x), () => ({})),
  clone: moving((x) => tf.clone(x), () => ({})),
};
