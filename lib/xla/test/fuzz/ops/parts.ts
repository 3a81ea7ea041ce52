import * as tf from "@tensorflow/tfjs-core";
import type { Draft, Op, Value } from "../draft.ts";

const withAxes = (draft: Draft): Value =>
  draft.operand({ shape: (shape) => shape.length > 0, newShape: () => draft.anyShape(1) });

/** Operations that cut, and pad. */
export const parts: Record<string, Op> = {
  slice: {
    run: ([x], { begin, size }) => tf.slice(x!, begin as number[], size as number[]),
    propose(draft) {
      const x = withAxes(draft);
      const begin = x.shape.map((n) => draft.integer(0, Math.max(0, n - 1)));
      const size = x.shape.map((n, i) => draft.chance(0.2) ? -1 : draft.integer(0, n - begin[i]!));
      return { inputs: [x], attrs: { begin, size }, bits: x.bits };
    },
  },
  stridedSlice: {
    run: ([x], { begin, end, strides }) =>
      tf.stridedSlice(x!, begin as number[], end as number[], strides as number[]),
    propose(draft) {
      const x = withAxes(draft);
      if (x.shape.includes(0)) return undefined;
      const strides = x.shape.map(() => draft.choose([1, 2, 3, -1, -2]));
      const begin = x.shape.map((n, i) =>
        strides[i]! < 0 ? draft.integer(1, n) - 1 : draft.integer(0, n - 1)
      );
      const end = x.shape.map((n, i) => strides[i]! < 0 ? -n - 1 : draft.integer(begin[i]! + 1, n));
      return { inputs: [x], attrs: { begin, end, strides }, bits: x.bits, gradient: false };
    },
  },
  split: {
    run: ([x], { sizes, axis, take }) => tf.split(x!, sizes as number[], axis as number)[take as number]!,
    propose(draft) {
      const x = withAxes(draft);
      const axis = draft.integer(0, x.shape.length - 1);
      const first = draft.integer(0, x.shape[axis]!);
      return {
        inputs: [x],
        attrs: { sizes: [first, x.shape[axis]! - first], axis, take: draft.integer(0, 1) },
        bits: x.bits,
      };
    },
  },
  unstack: {
    run: ([x], { axis, take }) => tf.unstack(x!, axis as number)[take as number]!,
    propose(draft) {
      const x = withAxes(draft);
      const axis = draft.integer(0, x.shape.length - 1);
      if (x.shape[axis] === 0) return undefined;
      return {
        inputs: [x],
        attrs: { axis, take: draft.integer(0, x.shape[axis]! - 1) },
        bits: x.bits,
        // tfjs's gradient is an error for a single part.
        ...(x.shape[axis] === 1 ? { gradient: false } : {}),
      };
    },
  },
  pad: {
    run: ([x], { paddings, value }) => tf.pad(x!, paddings as [number, number][], value as number),
    propose(draft) {
      const x = withAxes(draft);
      const paddings = x.shape.map(() => [draft.integer(0, 2), draft.integer(0, 2)]);
      const value = draft.choose(
        x.dtype === "float32" ? [0, 0, 1.5, -2] : x.dtype === "int32" ? [0, 2] : [0, 1],
      );
      return {
        inputs: [x],
        attrs: { paddings, value },
        bits: x.bits === undefined ? undefined : Math.max(x.bits, 1),
      };
    },
  },
};
