import { XlaBackend } from "@spin/xla";
import * as tf from "@tensorflow/tfjs-core";
import { createRng, type Rng, scan } from "../../engine/mod.ts";
import { cholesky } from "./cholesky.ts";
import { covariance, type GpKernel, type GpParameters } from "./kernels.ts";

/** Inputs are uniform in this interval. */
export const INTERVAL = [-2, 2] as const;
/** Bounds of the hyperparameters, uniform between them. */
export const LENGTHS = [0.1, 0.6] as const;
export const SCALES = [0.1, 1] as const;
export const PERIODS = [0.1, 0.5] as const;
/** The largest weight of heavy-tailed noise where it differs from point to point. */
const LARGEST_WEIGHT = 0.15;

/** Heavy-tailed noise: its weight, or "varying" for one that is uniform in [0, 0.15] for each point. */
export type TailNoise = number | "varying";

export interface GpTasks {
  kernel: GpKernel;
  /** Functions of a batch. */
  batch: number;
  /** Points of each function, context and target together. */
  points: number;
  /** None unless given: only evaluation out of distribution has any. */
  tailNoise?: TailNoise;
}

/** Everything random about a batch: uniforms in [0, 1) and standard normals. */
export interface GpDraws {
  /** Uniform [b, n], or [b, n, dimX] for inputs of several dimensions. */
  x: tf.Tensor2D | tf.Tensor3D;
  /** Uniform [b]; of the periodic kernel alone. */
  period?: tf.Tensor1D;
  /** Uniform [b]. */
  length: tf.Tensor1D;
  /** Uniform [b]. */
  scale: tf.Tensor1D;
  /** Standard normal [b, n]. */
  noise: tf.Tensor2D;
  /** Uniform [b, n]; for varying tail noise alone. */
  weight?: tf.Tensor2D;
  /** Student t with 2.1 degrees of freedom [b, n]; for tail noise alone. */
  tail?: tf.Tensor2D;
}

/** A batch of functions, and what they were drawn from. */
export interface GpBatch extends GpParameters {
  /** [b, n, 1], or [b, n, dimX]. */
  x: tf.Tensor3D;
  /** Noisy values [b, n, 1]. */
  y: tf.Tensor3D;
}

/** Random numbers for a batch, in the order of the reference. */
export function drawGp({ kernel, batch: b, points: n, tailNoise }: GpTasks, rng: Rng): GpDraws {
  const x = rng.uniform([b, n]) as tf.Tensor2D;
  const period = kernel === "periodic" ? rng.uniform([b]) as tf.Tensor1D : undefined;
  const length = rng.uniform([b]) as tf.Tensor1D;
  const scale = rng.uniform([b]) as tf.Tensor1D;
  const noise = rng.normal([b, n]) as tf.Tensor2D;
  const weight = tailNoise === "varying" ? rng.uniform([b, n]) as tf.Tensor2D : undefined;
  const tail = tailNoise === undefined ? undefined : studentT(rng, [b, n]) as tf.Tensor2D;
  return { x, period, length, scale, noise, weight, tail };
}

/** The batch that belongs to these random numbers; a pure function, to be compiled with what follows or alone. */
export function gpBatch({ kernel, tailNoise }: GpTasks, draws: GpDraws): GpBatch {
  const within = <T extends tf.Tensor>([low, high]: readonly [number, number], u: T): T =>
    tf.add(low, tf.mul(high - low, u));
  const parameters: GpParameters = {
    length: within(LENGTHS, draws.length),
    scale: within(SCALES, draws.scale),
    ...(draws.period && { period: within(PERIODS, draws.period) }),
  };
  const x = within(INTERVAL, draws.x);
  let y = correlated(kernel, x, parameters, draws.noise);
  if (tailNoise !== undefined) {
    const weight = tailNoise === "varying" ? tf.mul(LARGEST_WEIGHT, draws.weight!) : tailNoise;
    y = tf.add(y, tf.mul(weight, draws.tail!));
  }
  return {
    x: (x.rank === 3 ? x : tf.expandDims(x, 2)) as tf.Tensor3D,
    y: tf.expandDims(y, 2),
    ...parameters,
  };
}

/**
 * Samples a batch of functions. Any number of its points is a sample of that many: points are drawn independently, so
 * what a batch has beyond its counts can be left out or masked.
 *
 * @param key int32 [2], (seed, batch)
 */
export const sampleGp = (tasks: GpTasks, key: tf.Tensor): GpBatch =>
  gpBatch(tasks, drawGp(tasks, createRng(key)));

/**
 * Points beyond which a processor works on one function after another, since all at once would need gigabytes, and
 * beyond which a batch is not sampled at its largest size, since the work grows with the third power.
 */
const LONG = 512;

/** The size to sample at for so many points of at most `most`: one of four, each of which is compiled. */
export function paddedSize(points: number, most: number): number {
  const step = Math.ceil(most / 4);
  return most <= LONG ? most : Math.min(most, Math.ceil(points / step) * step);
}

/** Whether functions are sampled by many small processors, not by a few large ones. */
export function onGpu(): boolean {
  const backend = tf.backend();
  return backend instanceof XlaBackend && backend.client.platform !== "cpu";
}

/** Values [b, n] with the kernel's covariance. */
function correlated(
  kernel: GpKernel,
  x: tf.Tensor,
  parameters: GpParameters,
  noise: tf.Tensor2D,
): tf.Tensor2D {
  const sample = (x: tf.Tensor, parameters: GpParameters, noise: tf.Tensor2D) =>
    tf.squeeze(tf.matMul(cholesky(covariance(kernel, x, parameters)), tf.expandDims(noise, 2)), [2]);
  if (onGpu() || x.shape[1]! <= LONG) return sample(x, parameters, noise) as tf.Tensor2D;
  // Each item as a batch of one.
  const one = (rows: tf.Tensor) => tf.expandDims(rows, 0);
  const { length, scale, period } = parameters;
  const items = { x, length, scale, noise, ...(period && { period }) } as Record<string, tf.Tensor>;
  const [, y] = scan(
    (none: tf.Tensor, { x, length, scale, period, noise }: Record<string, tf.Tensor>) => {
      const given = { length: one(length!), scale: one(scale!), ...(period && { period: one(period) }) };
      const values = sample(one(x!), given as GpParameters, one(noise!) as tf.Tensor2D);
      return [none, tf.squeeze(values, [0])] as [tf.Tensor, tf.Tensor];
    },
    tf.scalar(0) as tf.Tensor,
    items,
  );
  return y as tf.Tensor2D;
}

/** Degrees of freedom of the heavy-tailed noise. */
export const FREEDOM = 2.1;

/** Student-t draws with 2.1 degrees of freedom, by Bailey's polar method: exact, and nothing is ever rejected. */
export function studentT(rng: Rng, shape: number[]): tf.Tensor {
  return tf.tidy(() => {
    const uniform = tf.sub(1, rng.uniform(shape));
    const radius = tf.sqrt(tf.mul(FREEDOM, tf.sub(tf.pow(uniform, -2 / FREEDOM), 1)));
    return tf.mul(radius, tf.cos(tf.mul(2 * Math.PI, rng.uniform(shape))));
  });
}
