import * as tf from "@tensorflow/tfjs-core";
import { jit as jitOn, type JitOptions, type Jitted, memoryOf as memoryOn } from "../jit.ts";
import { scan as scanOn, type ScanOptions, type ScanStep } from "../scan.ts";
import type { XlaBackend } from "../backend/backend.ts";
import type { ProgramMemory } from "../pjrt/executable.ts";

/** The backend that `xlaTest` chose. */
export const xla = (): XlaBackend => tf.backend() as XlaBackend;

export const jit = <A extends unknown[], R>(fn: (...args: A) => R, options?: JitOptions): Jitted<A, R> =>
  jitOn(xla(), fn, options);

export const scan = <C, X, Y>(fn: ScanStep<C, X, Y>, init: C, xs: X, options?: ScanOptions): [C, Y] =>
  scanOn(xla(), fn, init, xs, options);

export const memoryOf = (fn: (...args: never[]) => unknown, ...inputs: unknown[]): ProgramMemory =>
  memoryOn(xla(), fn, ...inputs);

/** The values of a tensor, which is disposed unless it is a variable. */
export function values(tensor: tf.Tensor): number[] {
  const list = Array.from(tensor.dataSync());
  if (!(tensor instanceof tf.Variable)) tensor.dispose();
  return list;
}

/** A variable whose data no other tensor shares. */
export const variable = (data: number[], name?: string): tf.Variable =>
  tf.tidy(() => tf.variable(tf.tensor1d(data), true, name));
