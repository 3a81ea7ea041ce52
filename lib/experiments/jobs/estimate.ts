import type { Program } from "./job.ts";
import type { Shape } from "./shape.ts";

/** What a training step costs. */
export interface StepCost {
  bytes: number;
  /** Of a step; null where none was run. */
  seconds: number | null;
}

interface Calibration {
  /** Multiply-adds, kept numbers and parameters that are dealt with in a second, and seconds of any step. */
  products: number;
  kept: number;
  parameters: number;
  start: number;
  /** Times that a kept number is there at the peak. */
  copies: number;
}

/**
 * Fitted on the committed records of this workspace (AMD EPYC, 2 cores): 37 steps of tables and 38 of neural processes by
 * least squares of the logarithm of their times. Tables then lie between 0.6 and 2.0 times their records, processes between 0.5
 * and 2.1 times.
 */
const CALIBRATION: Record<Program["kind"], Calibration> = {
  table: { products: 64e9, kept: 147e6, parameters: 124e6, start: 0, copies: 1.5 },
  process: { products: 61e9, kept: 547e6, parameters: Infinity, start: 0.066, copies: 0.95 },
};

const FLOAT = 4;

/** Bytes of the weights and of what the optimiser keeps. */
export const argumentBytes = ({ parameters, copies }: Shape): number => FLOAT * copies * parameters;

/**
 * Memory and time of a training step by its shape alone. The backward pass has twice the forward one's products.
 *
 * @param speed of this machine, where that of the records has 1
 */
export function estimate(kind: Program["kind"], shape: Shape, speed = 1): StepCost {
  const { products, kept, parameters, start, copies } = CALIBRATION[kind];
  const { largest, mean } = shape;
  return {
    bytes: argumentBytes(shape) + FLOAT * (shape.parameters + copies * largest.kept),
    seconds: (start + 3 * mean.products / products + mean.kept / kept + shape.parameters / parameters) /
      speed,
  };
}
