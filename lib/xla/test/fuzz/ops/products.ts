import { sameShape } from "../../../src/stablehlo/node.ts";
import * as tf from "@tensorflow/tfjs-core";
import type { Draft, Op, Value } from "../draft.ts";
import { repeatsNothing } from "./broadcast.ts";

const extent = ({ low, high }: Value): number => Math.max(0, -low, high);

function productBits(a: Value, b: Value): number | undefined {
  if (a.bits === undefined || b.bits === undefined) return undefined;
  return Number.isFinite(a.bits + b.bits) ? a.bits + b.bits : undefined;
}

/** The second factor: as many rows as the first has columns, with equal leading axes or such that broadcast. */
function factor(draft: Draft, a: Value, inner: number, transposeB: boolean): Value {
  const lead = a.shape.slice(0, -2);
  const inPlace = (shape: number[]) => shape.at(transposeB ? -1 : -2) === inner;
  return draft.operand({
    dtype: "float32",
    shape: (shape) => shape.length >= 2 && inPlace(shape) && sameShape(shape.slice(0, -2), lead),
    newShape: () => {
      const outer = draft.integer(0, 4);
      // Where a length of 1 stands after others, tfjs's cpu engine takes the wrong matrices.
      const repeated = draft.integer(0, lead.length);
      const leading = draft.chance(0.6)
        ? lead
        : draft.chance(0.5)
        ? []
        : lead.map((n, i) => i < repeated ? 1 : n);
      return [...leading, ...(transposeB ? [outer, inner] : [inner, outer])];
    },
  });
}

/** Matrix products. */
export const productOps: Record<string, Op> = {
  matMul: {
    run: ([a, b], { transposeA, transposeB }) =>
      tf.matMul(a!, b!, transposeA as boolean, transposeB as boolean),
    propose(draft) {
      const a = draft.operand({
        dtype: "float32",
        shape: (shape) => shape.length >= 2,
        newShape: () => draft.anyShape(2),
      });
      const [transposeA, transposeB] = [draft.chance(0.5), draft.chance(0.5)];
      const inner = a.shape.at(transposeA ? -2 : -1)!;
      const b = factor(draft, a, inner, transposeB);
      // tfjs's gradients of products are right for equal leading axes alone.
      const [leadA, leadB] = [a.shape.slice(0, -2), b.shape.slice(0, -2)];
      const equal = sameShape(leadA, leadB);
      // tfjs's cpu engine computes one product where there are none.
      if (repeatsNothing(leadA, leadB)) return undefined;
      return {
        inputs: [a, b],
        attrs: { transposeA, transposeB },
        bits: productBits(a, b),
        slope: [inner * extent(b), inner * extent(a)],
        ...(equal ? {} : { gradient: false }),
      };
    },
  },
  dot: {
    run: ([a, b]) => tf.dot(a!, b!),
    propose(draft) {
      const a = draft.operand({
        dtype: "float32",
        shape: (shape) => shape.length === 1,
        newShape: () => draft.anyShape(1, 1),
      });
      const b = draft.operand({
        dtype: "float32",
        shape: (shape) => sameShape(shape, a.shape),
        newShape: () => [...a.shape],
      });
      const count = a.shape[0]!;
      return { inputs: [a, b], bits: productBits(a, b), slope: [count * extent(b), count * extent(a)] };
    },
  },
};
