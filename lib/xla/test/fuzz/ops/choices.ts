import * as tf from "@tensorflow/tfjs-core";
import type { Draft, Op, Value } from "../draft.ts";
import { broadcastWith, repeatsNothing, sameAs } from "./broadcast.ts";

const bitsOf = (values: readonly Value[]): number | undefined =>
  values.every(({ bits }) => bits !== undefined) ? Math.max(...values.map(({ bits }) => bits!)) : undefined;

/** A few values of one type and shape. */
function alike(draft: Draft): Value[] {
  const x = draft.operand({});
  const count = draft.integer(1, 3);
  return draft.shuffle([x, ...Array.from({ length: count }, () => sameAs(draft, x, { dtype: x.dtype }))]);
}

/** tfjs's cpu engine makes an array of another kind where there is nothing to put together, and can't cut that. */
const nothing = (values: readonly Value[]): boolean => values.every(({ shape }) => shape.includes(0));

/** Operations that choose between values or put several together. */
export const choices: Record<string, Op> = {
  where: {
    run: ([condition, a, b]) => tf.where(condition!, a!, b!),
    propose(draft) {
      const a = draft.operand({});
      const b = broadcastWith(draft, a, { dtype: a.dtype });
      const shape =
        tf.broadcastTo(a.tensor, tf.backend_util.assertAndGetBroadcastShape(a.shape, b.shape)).shape;
      const condition = broadcastWith(draft, { ...a, shape }, { dtype: "bool" });
      // A condition of rank 1 chooses whole rows where the values have more axes, in tfjs's kernels but not in its rules
      // of broadcasting.
      if (condition.shape.length === 1 && shape.length > 1) return undefined;
      // tfjs does not repeat a length of 1 no times.
      if (repeatsNothing(a.shape, b.shape) || repeatsNothing(condition.shape, shape)) return undefined;
      return { inputs: [condition, a, b], bits: bitsOf([a, b]), slope: [0, 1, 1] };
    },
  },
  concat: {
    run: (inputs, { axis }) => tf.concat(inputs, axis as number),
    propose(draft) {
      const x = draft.operand({ shape: (shape) => shape.length > 0, newShape: () => draft.anyShape(1) });
      const axis = draft.integer(0, x.shape.length - 1);
      const others = Array.from({ length: draft.integer(1, 2) }, () =>
        draft.operand({
          dtype: x.dtype,
          shape: (shape) =>
            shape.length === x.shape.length && shape.every((n, i) => i === axis || n === x.shape[i]),
          newShape: () => x.shape.map((n, i) => i === axis ? draft.integer(0, 3) : n),
        }));
      const inputs = draft.shuffle([x, ...others]);
      if (nothing(inputs)) return undefined;
      return {
        inputs,
        attrs: { axis: draft.chance(0.3) ? axis - x.shape.length : axis },
        bits: bitsOf(inputs),
      };
    },
  },
  stack: {
    run: (inputs, { axis }) => tf.stack(inputs, axis as number),
    propose(draft) {
      const inputs = alike(draft);
      if (nothing(inputs)) return undefined;
      return { inputs, attrs: { axis: draft.integer(0, inputs[0]!.shape.length) }, bits: bitsOf(inputs) };
    },
  },
  addN: {
    run: (inputs) => tf.addN(inputs),
    propose(draft) {
      const inputs = alike(draft);
      // Sums of bools have other types on other engines.
      if (inputs[0]!.dtype === "bool") return undefined;
      const bits = bitsOf(inputs);
      return { inputs, bits: bits === Infinity ? undefined : bits };
    },
  },
};
