/** Probabilities nearer to 0 or 1 than this are taken to be this near: no model alone may be sure. */
const NEAREST = 1e-4;

const logit = (p: number): number => {
  const clamped = Math.min(1 - NEAREST, Math.max(NEAREST, p));
  return Math.log(clamped / (1 - clamped));
};

/**
 * One probability from two, by the weighted mean of their logits. SPIN and the copying model err in different places:
 * together they are better than either.
 *
 * @param weight of `a`, from 0 to 1
 */
export function combineLogits(a: Float32Array, b: Float32Array, weight: number): Float32Array {
  if (a.length !== b.length) {
    throw new RangeError(`expected as many probabilities, found ${a.length} and ${b.length}`);
  }
  return a.map((p, i) => 1 / (1 + Math.exp(-(weight * logit(p) + (1 - weight) * logit(b[i]!)))));
}
