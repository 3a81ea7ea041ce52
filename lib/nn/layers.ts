import * as tf from "@tensorflow/tfjs-core";
import type { Rng } from "../engine/random.ts";
import type { Affine, RowForm } from "./affine.ts";
import type { Draw, Init, Parameter, ParameterSpec } from "./parameters.ts";

/** What `compute` gives as a constant: gradients neither flow back through it nor keep what it computes. */
export const asConstant = (compute: () => tf.Tensor): tf.Tensor =>
  // Differentiation sees a custom gradient as one operation, and this one has no inputs.
  tf.customGrad(() => ({ value: compute(), gradFunc: () => [] }))();

/** Checks a shape where a layer begins; null is any length. @throws Error with the place and both shapes */
export function expectShape(where: string, x: tf.Tensor, expected: (number | null)[]): void {
  const { shape } = x;
  if (shape.length === expected.length && expected.every((n, i) => n === null || n === shape[i])) return;
  const wanted = expected.map((n) => n ?? "any").join(", ");
  throw new Error(`${where}: expected shape [${wanted}], found [${shape.join(", ")}].`);
}

/** The first rows of [b, n, ...]. */
export function firstRows<T extends tf.Tensor>(x: T, count: number): T {
  if (x.shape[1] === count) return x;
  return tf.slice(x, x.shape.map(() => 0), x.shape.map((_, axis) => axis === 1 ? count : -1)) as T;
}

/** Side by side in the first axis. */
export const stack = (parts: tf.Tensor3D[]): tf.Tensor3D =>
  parts.length === 1 ? parts[0]! : tf.concat(parts, 0);

type Fill = ParameterSpec["fill"];

export const filled = (value: number, n: number): Fill => () => new Float32Array(n).fill(value);

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

/** From [..., dimIn] to [..., dimOut]; its parameters are at hand for layers that combine it with others. */
export interface Linear {
  <T extends tf.Tensor>(x: T): T;
  /** [dimIn, dimOut] */
  readonly weight: Parameter;
  /** [dimOut] */
  readonly bias?: Parameter;
}

/** y = x W + b over the last axis, W of shape [dimIn, dimOut]; without b if `bias` is false. */
export function linear(init: Init, name: string, dimIn: number, dimOut: number, bias = true): Linear {
  const scope = init.within(name);
  const weight = scope.create({
    name: "weight",
    shape: [dimIn, dimOut],
    fill: linearDefault(dimIn, dimIn * dimOut),
  });
  const shift = bias
    ? scope.create({ name: "bias", shape: [dimOut], fill: linearDefault(dimIn, dimOut) })
    : undefined;
  const apply = <T extends tf.Tensor>(x: T): T => {
    const lead = x.shape.slice(0, -1);
    expectShape(weight.name, x, [...lead, dimIn]);
    const rows = tf.reshape(x, [-1, dimIn]) as tf.Tensor2D;
    const product = tf.matMul(rows, weight.variable as tf.Variable<tf.Rank.R2>);
    const y = shift ? tf.add(product, shift.variable) : product;
    return tf.reshape(y, [...lead, dimOut]) as T;
  };
  return Object.assign(apply, { weight, bias: shift });
}

/**
 * Layer normalisation over the last axis with biased variance, gain 1 and bias 0 at start.
 *
 * @param eps added to the variance (the reference's table models use 1e-12; a constant row then gives the bias)
 * @returns a function from [..., width] to the same shape
 */
export function layerNorm(init: Init, name: string, width: number, eps: number) {
  const scope = init.within(name);
  const gain = scope.create({ name: "weight", shape: [width], fill: filled(1, width) });
  const bias = scope.create({ name: "bias", shape: [width], fill: filled(0, width) });
  return <T extends tf.Tensor>(x: T): T => {
    expectShape(gain.name, x, [...x.shape.slice(0, -1), width]);
    return tf.add(tf.mul(standardise(x, eps), gain.variable), bias.variable) as T;
  };
}

/** (x - mean) / sqrt(variance + eps) over the last axis, with its gradient in closed form. */
function standardise(x: tf.Tensor, eps: number): tf.Tensor {
  return tf.customGrad((input, save) => {
    const centred = tf.sub(input as tf.Tensor, tf.mean(input as tf.Tensor, -1, true));
    const scale = tf.rsqrt(tf.add(tf.mean(tf.square(centred), -1, true), eps));
    const value = tf.mul(centred, scale);
    (save as tf.GradSaveFunc)([value, scale]);
    return {
      value,
      gradFunc: (dy, saved) => {
        const [y, s] = saved as [tf.Tensor, tf.Tensor];
        const along = tf.mul(y, tf.mean(tf.mul(dy, y), -1, true));
        return tf.mul(tf.sub(tf.sub(dy, tf.mean(dy, -1, true)), along), s);
      },
    };
  })(x);
}

/**
 * Factors that set elements to 0 with probability `rate` and divide the others by 1 - rate, by the shape of what they
 * multiply; undefined without `rng` (prediction) or at rate 0, where nothing is to be done.
 */
export function dropoutFactors(
  rate: number,
  rng: Rng | undefined,
): ((shape: number[]) => tf.Tensor) | undefined {
  if (rng === undefined || rate === 0) return undefined;
  return (shape) => tf.mul(tf.cast(tf.greaterEqual(rng.uniform(shape), rate), "float32"), 1 / (1 - rate));
}

/** Dropout; without `rng` or at rate 0 the input passes unchanged. */
export function dropout<T extends tf.Tensor>(x: T, rate: number, rng: Rng | undefined): T {
  const factors = dropoutFactors(rate, rng);
  return factors ? tf.mul(x, factors(x.shape)) : x;
}

/** x·Φ(x), Φ the standard normal distribution function by erf (not the tanh approximation). Any shape. */
export const gelu: <T extends tf.Tensor>(x: T) => T = tf.customGrad((input, save) => {
  const x = input as tf.Tensor;
  const below = tf.mul(tf.add(tf.erf(tf.mul(x, Math.SQRT1_2)), 1), 0.5);
  (save as tf.GradSaveFunc)([x, below]);
  return {
    value: tf.mul(x, below),
    gradFunc: (dy, saved) => {
      const [x, below] = saved as [tf.Tensor, tf.Tensor];
      const density = tf.mul(tf.exp(tf.mul(tf.square(x), -0.5)), 1 / Math.sqrt(2 * Math.PI));
      return tf.mul(dy, tf.add(below, tf.mul(x, density)));
    },
  };
}) as <T extends tf.Tensor>(x: T) => T;

/** Linear layers with ReLU between them. */
export interface ReluMlp {
  /** [..., dimIn] to [..., dimOut] */
  <T extends tf.Tensor>(x: T): T;
  /** The same for [batch, n, dimIn], with the last layer left to whoever reads the rows. */
  deferred(x: tf.Tensor3D): Affine;
  /** What `deferred` gives. */
  form: RowForm;
}

/**
 * `build_mlp` of the reference (`regression/models/modules.py`): `depth` linear layers, at least two, none of them
 * followed by ReLU at the end. Named 0, 2, 4, ... as in a PyTorch Sequential.
 */
export function reluMlp(
  init: Init,
  name: string,
  dimIn: number,
  hidden: number,
  dimOut: number,
  depth: number,
): ReluMlp {
  const scope = init.within(name);
  const count = Math.max(2, depth);
  const layers = Array.from(
    { length: count },
    (_, i) => linear(scope, String(2 * i), i === 0 ? dimIn : hidden, i === count - 1 ? dimOut : hidden),
  );
  const last = layers.at(-1)!;
  const inner = <T extends tf.Tensor>(x: T): T =>
    layers.slice(0, -1).reduce((h, layer) => tf.relu(layer(h)), x);
  return Object.assign(<T extends tf.Tensor>(x: T): T => last(inner(x)), {
    deferred: (x: tf.Tensor3D): Affine => ({ x: inner(x), linear: last }),
    form: { width: last.weight.shape[0]!, linear: last },
  });
}
