import { XlaBackend } from "@spin/xla";
import { threefryUniform } from "@spin/xla/threefry";
import * as tf from "@tensorflow/tfjs-core";
import { createRng, jit, type Rng, scan } from "../../engine/mod.ts";
import { checkRanges, type CountRanges, type TaskPoints, type TaskSource } from "../task_source.ts";
import { cholesky, covariance, type GpKernel, type GpParameters, NOISE } from "./kernels.ts";

/** Inputs are uniform in this interval. */
const INTERVAL = [-2, 2] as const;
/** Bounds of the hyperparameters, uniform between them. */
export const LENGTHS = [0.1, 0.6] as const;
export const SCALES = [0.1, 1] as const;
export const PERIODS = [0.1, 0.5] as const;

export interface GpTasks {
  kernel: GpKernel;
  /** Functions of a batch. */
  batch: number;
  /** Points of each function, context and target together. */
  points: number;
}

/** Everything random about a batch: uniforms in [0, 1) and standard normals. */
interface GpDraws {
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
}

/** A batch of functions, and what they were drawn from. */
export interface GpBatch extends GpParameters {
  /** [b, n, 1], or [b, n, dimX]. */
  x: tf.Tensor3D;
  /** Noisy values [b, n, 1]. */
  y: tf.Tensor3D;
}

/** Random numbers for a batch, in the order of the reference. */
export function drawGp({ kernel, batch: b, points: n }: GpTasks, rng: Rng): GpDraws {
  const x = rng.uniform([b, n]) as tf.Tensor2D;
  const period = kernel === "periodic" ? rng.uniform([b]) as tf.Tensor1D : undefined;
  const length = rng.uniform([b]) as tf.Tensor1D;
  const scale = rng.uniform([b]) as tf.Tensor1D;
  const noise = rng.normal([b, n]) as tf.Tensor2D;
  return { x, period, length, scale, noise };
}

/** The batch that belongs to these random numbers; a pure function, to be compiled with what follows or alone. */
export function gpBatch({ kernel }: GpTasks, draws: GpDraws): GpBatch {
  const within = <T extends tf.Tensor>([low, high]: readonly [number, number], u: T): T =>
    tf.add(low, tf.mul(high - low, u));
  const parameters: GpParameters = {
    length: within(LENGTHS, draws.length),
    scale: within(SCALES, draws.scale),
    ...(draws.period && { period: within(PERIODS, draws.period) }),
  };
  const x = within(INTERVAL, draws.x);
  const y = correlated(kernel, x, parameters, draws.noise);
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
function onGpu(): boolean {
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

/**
 * Batches that a GPU samples at once: it takes hardly longer for them than for one, since it waits for one column of a
 * Cholesky factor after the other. A processor gains nothing.
 */
const AHEAD = 16;

/** The batches of consecutive numbers, `[ahead, b, n, 1]`, and where they belong. */
interface Block {
  seed: number;
  first: number;
  points: number;
  tasks: TaskPoints;
}

/**
 * Tasks of a Gaussian process, sampled by the engine as a program of its own: one of at most four sizes, shared by all
 * models that train on them.
 *
 * @param ahead how many batches are sampled at once; chosen for the device unless given
 * @throws UserError for ranges that are none.
 */
export function gpSource(
  { kernel, batch, ahead, ...ranges }: { kernel: GpKernel; batch: number; ahead?: number } & CountRanges,
): TaskSource {
  checkRanges(ranges);
  const most = ranges.context[1] + ranges.target[1];
  const sample = jit((keys: tf.Tensor2D, points: number): TaskPoints => {
    const { x, y } = sampleBatches({ kernel, batch, points }, keys);
    return { x, y };
  }, { static: [1] });
  const pick = jit(({ x, y }: TaskPoints, index: tf.Tensor1D): TaskPoints => {
    const one = (all: tf.Tensor) => tf.squeeze(tf.gather(all, index), [0]) as tf.Tensor3D;
    return { x: one(x), y: one(y) };
  });
  const keyed = (seed: number, first: number, count: number, points: number): TaskPoints => {
    const keys = tf.tensor2d(Array.from({ length: count }, (_, i) => [seed, first + i]), undefined, "int32");
    const tasks = sample(keys, points);
    keys.dispose();
    return tasks;
  };
  let block: Block | undefined;
  const forget = () => {
    if (block) tf.dispose([block.tasks.x, block.tasks.y]);
    block = undefined;
  };
  return {
    name: `gp-${kernel}`,
    batch,
    ranges,
    make([seed, number], _, size) {
      const points = paddedSize(size, Math.max(most, size));
      const count = ahead ?? (onGpu() ? AHEAD : 1);
      if (count === 1) return keyed(seed, number, 1, points);
      // Blocks begin at multiples, so that a batch has the same bits whichever was asked for first.
      const first = Math.floor(number / count) * count;
      if (block?.seed !== seed || block.first !== first || block.points !== points) {
        forget();
        block = { seed, first, points, tasks: keyed(seed, first, count, points) };
      }
      const index = tf.tensor1d([number - first], "int32");
      const tasks = pick(block.tasks, index);
      index.dispose();
      return tasks;
    },
    dispose() {
      forget();
      sample.dispose();
      pick.dispose();
    },
  };
}

/** The batches of these keys, int32 [k, 2], all at once: x and y [k, b, n, 1], or [b, n, 1] of a single key. */
function sampleBatches(tasks: GpTasks, keys: tf.Tensor2D): TaskPoints {
  const [count] = keys.shape;
  if (count === 1) return sampleGp(tasks, tf.reshape(keys, [2]));
  const [, draws] = scan(
    (none: tf.Tensor, key: tf.Tensor): [tf.Tensor, Record<string, tf.Tensor>] => {
      const { period, ...others } = drawGp(tasks, createRng(key));
      return [none, { ...others, ...period && { period } }];
    },
    tf.scalar(0) as tf.Tensor,
    keys as tf.Tensor,
  );
  // All functions of all batches as one batch.
  const joined = (draw: tf.Tensor) =>
    tf.reshape(draw, [draw.shape[0]! * draw.shape[1]!, ...draw.shape.slice(2)]);
  const flat = Object.fromEntries(
    Object.entries(draws).map(([name, draw]) => [name, joined(draw)]),
  ) as unknown as GpDraws;
  const { x, y } = gpBatch(tasks, flat);
  const apart = (all: tf.Tensor3D) =>
    tf.reshape(all, [count, tasks.batch, ...all.shape.slice(1)]) as unknown as tf.Tensor3D;
  return { x: apart(x), y: apart(y) };
}

/** One function of a Gaussian process with the RBF kernel at any number of points. */
export interface LongFunction {
  /** Inputs, uniform in the interval of all tasks, [points]. */
  x: Float32Array;
  /** Noisy values, [points]. */
  y: Float32Array;
  length: number;
  scale: number;
}

/**
 * Functions repeat after this distance. The interval is half as long: two of its points are never nearer to each other
 * around the repetition than 4, where the longest kernel has come down to 2e-10.
 */
const PERIOD = 8;

/** Cosines, and as many sines: the first frequency left out has a share of 1e-10 of the shortest kernel's variance. */
const WAVES = 88;

/** Streams of random numbers that the draws inside of programs never reach. */
const STREAM = 1 << 29;

/**
 * Draws a function as a sum of waves on an even grid of frequencies, with independent normal coefficients. Other than
 * with random Fourier features the values are exactly normal, and their covariance is the kernel's to ten digits with 176
 * waves. It costs some operations for each point, where a Cholesky factor of a million points would have 10¹² entries.
 *
 * @param key (seed, number); the same key gives the same function, and its first points whatever their number
 * @throws RangeError if the number of points is not positive.
 */
export function longFunction([seed, number]: readonly [number, number], points: number): LongFunction {
  if (!(points >= 1)) throw new RangeError(`a long function: expected at least one point, found ${points}`);
  const uniform = (stream: number, n: number) => threefryUniform(seed, number, STREAM + stream, n);
  const [forLength, forScale] = uniform(0, 2);
  const [length, scale] = [within(LENGTHS, forLength!), within(SCALES, forScale!)];
  const normal = normals(uniform(1, 2 * WAVES), uniform(2, 2 * WAVES));
  const sizes = waveVariances(length, scale).map(Math.sqrt);
  const cosines = sizes.map((size, k) => size * normal[k]!);
  const sines = sizes.map((size, k) => size * normal[WAVES + k]!);
  const [x, y] = [new Float32Array(points), new Float32Array(points)];
  // Blocks of their own streams: the first points are the same whatever their number.
  for (let start = 0, block = 0; start < points; start += BLOCK, block++) {
    const inputs = uniform(3 + 3 * block, BLOCK);
    const noise = normals(uniform(4 + 3 * block, BLOCK), uniform(5 + 3 * block, BLOCK));
    for (let i = 0; i < Math.min(BLOCK, points - start); i++) {
      const at = Math.fround(within(INTERVAL, inputs[i]!));
      x[start + i] = at;
      y[start + i] = waveSum(cosines, sines, at) + NOISE * noise[i]!;
    }
  }
  return { x, y, length, scale };
}

const BLOCK = 4096;

const within = ([low, high]: readonly [number, number], u: number): number => low + (high - low) * u;

/** Standard normals from two uniforms each (Box-Muller). */
const normals = (u: Float32Array, v: Float32Array): Float64Array =>
  Float64Array.from(u, (value, i) => Math.sqrt(-2 * Math.log(1 - value)) * Math.cos(2 * Math.PI * v[i]!));

/** Variance of the coefficients of wave k of frequency 2πk / PERIOD, [WAVES]: the kernel's spectrum. */
export function waveVariances(length: number, scale: number): Float64Array {
  const share = scale ** 2 * length * Math.sqrt(2 * Math.PI) / PERIOD;
  return Float64Array.from({ length: WAVES }, (_, k) => {
    const frequency = 2 * Math.PI * k / PERIOD;
    return (k === 0 ? 1 : 2) * share * Math.exp(-((length * frequency) ** 2) / 2);
  });
}

/** Σ cosines[k]·cos(kθ) + sines[k]·sin(kθ) with θ = 2πx / PERIOD, by Clenshaw's recurrence: one cosine and one sine in all. */
export function waveSum(cosines: Float64Array, sines: Float64Array, x: number): number {
  const angle = 2 * Math.PI * x / PERIOD;
  const [cosine, sine] = [Math.cos(angle), Math.sin(angle)];
  const twice = 2 * cosine;
  let [a1, a2, b1, b2] = [0, 0, 0, 0];
  for (let k = cosines.length - 1; k >= 1; k--) {
    [a1, a2] = [cosines[k]! + twice * a1 - a2, a1];
    [b1, b2] = [sines[k]! + twice * b1 - b2, b1];
  }
  return cosines[0]! + cosine * a1 - a2 + sine * b1;
}
