import type { Draw, ParameterSpec } from "./parameters.ts";

type Fill = ParameterSpec["fill"];

/** All elements equal. */
export const constant = (value: number, n: number): Fill => () => new Float32Array(n).fill(value);

/** PyTorch's default for the weight and the bias of a Linear layer: uniform in ±1/sqrt(fanIn). */
export const linearDefault = (fanIn: number, n: number): Fill => (draw) =>
  symmetric(draw, n, 1 / Math.sqrt(fanIn));

/** Xavier-uniform of `torch.nn.init` for a tensor of shape (1, k, w): fan_in k·w, fan_out w. */
export const xavierLatents = (k: number, w: number): Fill => (draw) =>
  symmetric(draw, k * w, latentBound(k, w));

/** Bound of the initial latents of shape (1, k, w): sqrt(6 / ((k + 1)·w)). */
export const latentBound = (k: number, w: number): number => Math.sqrt(6 / ((k + 1) * w));

/** N(0, 1), PyTorch's default for embedding tables (Box-Muller). */
export const standardNormal = (n: number): Fill => (draw) => {
  const radius = draw.uniform(n, 0);
  const angle = draw.uniform(n, 1);
  return radius.map((u, i) => Math.sqrt(-2 * Math.log(1 - u)) * Math.cos(2 * Math.PI * angle[i]!));
};

/** Uniform in [-bound, bound). */
export function symmetric(draw: Draw, n: number, bound: number, stream = 0): Float32Array {
  return draw.uniform(n, stream).map((u) => bound * (2 * u - 1));
}
