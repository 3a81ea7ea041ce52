import * as tf from "@tensorflow/tfjs-core";
import type { GoldenCase } from "./case.ts";

/** Degrees of freedom. */
const FREEDOM = 2.1;

/**
 * Heavy-tailed noise, which the reference adds in evaluations out of distribution: Student t from recorded draws, times the weight
 * of the case, or one that differs from value to value.
 *
 * @param read a recorded draw by its name
 * @param varying uniform in [0, 1), and the largest weight, for cases whose weight varies
 * @returns undefined for a case without
 */
export function tailNoise(
  { spec }: GoldenCase,
  read: (name: string) => tf.Tensor,
  varying: { uniform: string; largest: number },
): tf.Tensor | undefined {
  const given = spec["t_noise"] as number | null | undefined;
  if (given === null || given === undefined) return undefined;
  const weight = given === -1 ? tf.mul(varying.largest, read(varying.uniform)) : given;
  return tf.mul(weight, tf.div(read("t_normal"), tf.sqrt(tf.div(read("t_chi2"), FREEDOM))));
}
