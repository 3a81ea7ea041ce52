/**
 * Initial values with which inducing points tell data apart from the first step, which are not in the reference.
 *
 * The reference's inducing points start as nearly the same query: their scores differ by 4e-4, all read the mean of the
 * context, and the targets find equal things in them. Thousands of steps pass before they differ. Here nothing but the
 * scale of three of its initial values is another: the inducing points themselves, the keys of what they read, and the
 * queries of the targets. The keys are enlarged rather than the inducing points alone, because the projected inducing
 * point is also the residual of what it reads, and a large one would drown that.
 */
import { createInit, type Init } from "../../nn/parameters.ts";
import type { SpinOptions } from "./spin.ts";

/** By how much the reference's initial weights are multiplied, by the ends of their names. */
const SCALES: readonly [end: string, factor: number][] = [
  ["xabd.data_xattn.fc_k.weight", 64],
  [".attn.fc_q.weight", 8],
];

/** @param seed equal seeds give equal initial values, and but for their scale the reference model's */
export const sharpInit = (seed: number): Init =>
  createInit(seed, (name) => SCALES.find(([end]) => name.endsWith(end))?.[1] ?? 1);

export const sharpSpin = (options: SpinOptions): SpinOptions => ({ ...options, initial: "unit" });
