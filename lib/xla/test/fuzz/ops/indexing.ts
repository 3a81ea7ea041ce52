import * as tf from "@tensorflow/tfjs-core";
import type { Draft, Op, Value } from "../draft.ts";

const withAxes = (draft: Draft, least = 1): Value =>
  draft.operand({ shape: (shape) => shape.length >= least, newShape: () => draft.anyShape(least) });

/** Indices below a length: a value that is there now and then, else a new leaf. */
const indices = (
  draft: Draft,
  length: number,
  shape: () => number[],
  rank: (rank: number) => boolean,
): Value =>
  draft.operand({
    dtype: "int32",
    within: [0, length - 1],
    shape: (other) => rank(other.length) && !other.includes(0),
    newShape: shape,
  });

/** Operations that read or write by index, and the largest elements. */
export const indexingOps: Record<string, Op> = {
  gather: {
    run: ([x, i], { axis }) => tf.gather(x!, i!, axis as number),
    propose(draft) {
      const x = withAxes(draft);
      const axis = draft.integer(0, x.shape.length - 1);
      if (x.shape[axis] === 0) return undefined;
      const chosen = indices(draft, x.shape[axis]!, () => draft.anyShape(0, 2), (rank) => rank <= 2);
      return { inputs: [x, chosen], attrs: { axis }, bits: x.bits, slope: [1, 0] };
    },
  },
  gatherBatched: {
    run: ([x, i], { axis }) => tf.gather(x!, i!, axis as number, 1),
    propose(draft) {
      const x = withAxes(draft, 2);
      const axis = draft.integer(1, x.shape.length - 1);
      if (x.shape.includes(0)) return undefined;
      const chosen = draft.leaf("int32", [x.shape[0]!, draft.integer(1, 3)], [0, x.shape[axis]! - 1]);
      return { inputs: [x, chosen], attrs: { axis }, bits: x.bits, gradient: false };
    },
  },
  gatherND: {
    run: ([x, i]) => tf.gatherND(x!, i!),
    propose(draft) {
      const x = withAxes(draft);
      if (x.shape.includes(0)) return undefined;
      const depth = draft.integer(1, x.shape.length);
      const least = Math.min(...x.shape.slice(0, depth));
      const chosen = draft.leaf("int32", [draft.integer(1, 4), depth], [0, least - 1]);
      return { inputs: [x, chosen], bits: x.bits, gradient: false };
    },
  },
  scatterND: {
    run: ([i, updates], { shape }) => tf.scatterND(i!, updates!, shape as number[]),
    propose(draft) {
      const updates = draft.operand({
        dtype: draft.choose(["float32", "int32"]),
        shape: (shape) => shape.length > 0 && !shape.includes(0),
        newShape: () => [draft.integer(1, 4), draft.integer(1, 3)],
      });
      const [count, ...rest] = updates.shape as [number, ...number[]];
      const length = draft.integer(1, 5);
      const chosen = draft.leaf("int32", [count, 1], [0, length - 1]);
      const bits = updates.bits === Infinity ? undefined : updates.bits;
      return {
        inputs: [chosen, updates],
        attrs: { shape: [length, ...rest] },
        bits,
        slope: [0, count],
        gradient: false,
      };
    },
  },
  segmentSum: {
    run: ([x, ids], { segments }) => tf.unsortedSegmentSum(x!, ids! as tf.Tensor1D, segments as number),
    propose(draft) {
      const x = draft.operand({
        // tfjs's cpu engine gives float32 for int32.
        dtype: "float32",
        shape: (shape) => shape.length > 0 && !shape.includes(0),
        newShape: () => [draft.integer(1, 5), draft.integer(1, 3)],
      });
      const segments = draft.integer(1, 4);
      const ids = draft.leaf("int32", [x.shape[0]!], [0, segments - 1]);
      const bits = x.bits === Infinity ? undefined : x.bits;
      return { inputs: [x, ids], attrs: { segments }, bits, slope: [x.shape[0]!, 0] };
    },
  },
  oneHot: {
    run: ([i], { depth, on, off }) => tf.oneHot(i!, depth as number, on as number, off as number, "float32"),
    propose(draft) {
      const i = draft.operand({
        dtype: "int32",
        shape: (shape) => shape.length < 4,
        newShape: () => draft.anyShape(0, 3),
      });
      return {
        inputs: [i],
        attrs: { depth: draft.integer(2, 4), on: draft.choose([1, 2.5]), off: draft.choose([0, -1]) },
        bits: 1,
        gradient: false,
      };
    },
  },
  topkValues: largest("values"),
  topkIndices: largest("indices"),
};

function largest(what: "values" | "indices"): Op {
  return {
    run: ([x], { k }) => tf.topk(x!, k as number)[what],
    propose(draft) {
      const x = draft.operand({
        dtype: draft.choose(["float32", "int32"]),
        exact: true,
        shape: (shape) => shape.length > 0 && !shape.includes(0),
        newShape: () => [draft.integer(1, 3), draft.integer(1, 7)],
      });
      return { inputs: [x], attrs: { k: draft.integer(1, x.shape.at(-1)!) }, bits: x.bits, gradient: false };
    },
  };
}
