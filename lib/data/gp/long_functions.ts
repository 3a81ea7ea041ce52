import { threefryUniform } from "@spin/xla/threefry";
import { NOISE } from "./kernels.ts";
import { INTERVAL, LENGTHS, SCALES } from "./sampler.ts";

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
