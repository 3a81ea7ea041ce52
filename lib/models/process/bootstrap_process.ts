import * as tf from "@tensorflow/tfjs-core";
import type { Rng } from "../../engine/mod.ts";
import { asConstant, expectShape } from "../../nn/layers.ts";
import type { Parameter } from "../../nn/parameters.ts";
import type { Encode } from "./conditional_process.ts";
import type { Decoder } from "./decoder.ts";
import { meanLikelihood, type Normal } from "./normal.ts";
import { contextOf, type Points, type Tasks } from "./points.ts";

/** What k bootstraps predict. */
interface Bootstrapped {
  /** At the inputs of the context, from resampled contexts and without gradients: [k, b, nc, dimY]. */
  resampled: Normal;
  /** At all rows, [k, b, n, dimY]. */
  prediction: Normal;
}

interface BootstrapPass extends Bootstrapped {
  loss: tf.Scalar;
  /** At all rows from the context as it is, [b, n, dimY]. */
  base: Normal;
  /** Mean log likelihoods of a point: without bootstraps, and of the mixture of the bootstraps. */
  terms: { base: tf.Scalar; bootstrapped: tf.Scalar };
}

/** A neural process whose uncertainty about the function comes from bootstraps of its context: BNP, BANP. */
export interface BootstrapProcess {
  parameters: Parameter[];
  /** The training objective: minus the sum of the two mean log likelihoods (`regression/models/bnp.py`). */
  train(tasks: Tasks, draws: Resampling): BootstrapPass;
  /** Predictions from the context alone; k may be 1. @throws Error if the draws are not [k, b, nc] */
  predict(tasks: Tasks, draws: Resampling): Bootstrapped;
}

/** @param decode with a second input, of the width of the encoders together */
export function bootstrapProcess(
  parameters: Parameter[],
  encoders: Encode[],
  decode: Decoder,
): BootstrapProcess {
  const encode = (context: Points, xt: tf.Tensor3D) => encoders.map((encoder) => encoder(context, xt));
  /** Contexts with outputs y [k, b, nc, dimY], to parts [k, b, nt or 1, w]. */
  const encodeEach = ({ x, hidden }: Points, y: tf.Tensor, xt: tf.Tensor3D): tf.Tensor[] => {
    const [k, b, nc, dimY] = y.shape as [number, number, number, number];
    const each = <T extends tf.Tensor>(rows: T): T =>
      rows.shape[0] === k * b ? rows : tf.tile(rows, rows.shape.map((_, axis) => axis === 0 ? k : 1));
    const flat = tf.reshape(y, [k * b, nc, dimY]) as tf.Tensor3D;
    return encode({ x: each(x), y: flat, hidden: hidden && each(hidden) }, each(xt))
      .map((part) => tf.reshape(part, [k, b, ...part.shape.slice(1)]));
  };
  const predictResampled = (context: Points, rows: tf.Tensor): Normal => {
    const { x, y, hidden } = context;
    const [k, b, nc] = rows.shape as [number, number, number];
    const indices = tf.reshape(rows, [k * b, nc]) as tf.Tensor2D;
    const both = asConstant(() => {
      const resampled = { x: resampledRows(x, indices), y: resampledRows(y, indices), hidden };
      const outputs = tf.reshape(resampled.y, [k, b, nc, -1]);
      const { mean, sigma } = decode(encodeEach(resampled, outputs, x), x);
      return tf.stack([mean, sigma]);
    });
    const [mean, sigma] = tf.unstack(both) as [tf.Tensor, tf.Tensor];
    return { mean, sigma };
  };
  const run = (tasks: Tasks, draws: Resampling) => {
    const context = contextOf(tasks);
    const [b, nc] = context.x.shape;
    expectShape("resampled rows", draws.rows, [null, b, nc]);
    expectShape("resampled residuals", draws.residuals, draws.rows.shape);
    const resampled = predictResampled(context, draws.rows);
    const residuals = centred(shuffled(standardised(context, resampled), draws.residuals), context);
    const outputs = tf.add(resampled.mean, tf.mul(resampled.sigma, residuals));
    const base = encode(context, tasks.x);
    const prediction = decode(base, tasks.x, encodeEach(context, outputs, tasks.x));
    return { resampled, prediction, base };
  };
  return {
    parameters,
    predict(tasks, draws) {
      const { resampled, prediction } = run(tasks, draws);
      return { resampled, prediction };
    },
    train(tasks, draws) {
      const { resampled, prediction, base: encoded } = run(tasks, draws);
      const base = decode(encoded, tasks.x);
      const terms = {
        base: meanLikelihood(base, tasks),
        bootstrapped: meanLikelihood(prediction, tasks),
      };
      const loss = tf.neg(tf.add(terms.base, terms.bootstrapped)) as tf.Scalar;
      return { loss, terms, resampled, prediction, base };
    },
  };
}

/** (y - mean) / sigma, [k, b, nc, dimY]. */
const standardised = ({ y }: Points, { mean, sigma }: Normal) => tf.div(tf.sub(y, mean), sigma);

/** Rows [k, b, n, w] by index [k, b, n]. */
function shuffled(rows: tf.Tensor, indices: tf.Tensor): tf.Tensor {
  const [k, b, n, w] = rows.shape as [number, number, number, number];
  return tf.reshape(
    resampledRows(tf.reshape(rows, [k * b, n, w]), tf.reshape(indices, [k * b, n])),
    rows.shape,
  );
}

/** Less the mean over the points, [k, b, n, w]. */
function centred(rows: tf.Tensor, { hidden }: Points): tf.Tensor {
  if (!hidden) return tf.sub(rows, tf.mean(rows, 2, true));
  const points = tf.expandDims(tf.sub(1, hidden), -1);
  return tf.sub(rows, tf.div(tf.sum(tf.mul(rows, points), 2, true), tf.sum(points, 1, true)));
}

/** The random draws of k bootstraps of a context of n rows; both int32 [k, b, n] with rows of the context. */
export interface Resampling {
  /** The rows that a bootstrapped context is made of. */
  rows: tf.Tensor;
  /** The rows whose standardised residuals are added to the predictions at the context's inputs. */
  residuals: tf.Tensor;
}

/** Draws with replacement, among the points of each task: they come before the rows that only fill the tensors. */
export function drawResampling(rng: Rng, k: number, { x, hidden }: Points): Resampling {
  const [b, n] = x.shape;
  const count = hidden ? tf.sub(n, tf.sum(hidden, 1, true)) : tf.scalar(n);
  // 24 bits times a count below 2^24 round down to less than the count.
  const draw = () => tf.cast(tf.floor(tf.mul(rng.uniform([k, b, n]), count)), "int32");
  return { rows: draw(), residuals: draw() };
}

/**
 * Rows by index, within each task.
 *
 * @param x [g, n, w] @param indices int32 [m·g, n], for all g tasks m times over
 * @returns [m·g, n, w]
 */
function resampledRows(x: tf.Tensor3D, indices: tf.Tensor2D): tf.Tensor3D {
  const [g, n, w] = x.shape;
  const sets = indices.shape[0];
  const starts = tf.tensor2d(Array.from({ length: sets }, (_, i) => (i % g) * n), [sets, 1], "int32");
  const flat = tf.reshape(x, [g * n, w]) as tf.Tensor;
  return tf.gather(flat, tf.add(indices, starts) as tf.Tensor2D) as tf.Tensor3D;
}
