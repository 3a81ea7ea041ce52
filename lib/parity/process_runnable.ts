import * as tf from "@tensorflow/tfjs-core";
import type { BootstrapProcess, Resampling } from "../models/process/bootstrap_process.ts";
import type { ConditionalProcess } from "../models/process/conditional_process.ts";
import type { LatentProcess } from "../models/process/latent_process.ts";
import type { Normal } from "../models/process/normal.ts";
import type { Tasks } from "../models/process/points.ts";
import type { Parameter } from "../nn/parameters.ts";
import type { GoldenCase } from "./case.ts";
import { parameterTensor } from "./parameters.ts";

type Outputs = Record<string, tf.Tensor>;

/** A process with one way to train and to predict, whatever it is made of; draws come from the case. */
export interface Runnable {
  parameters: Parameter[];
  train(): { loss: tf.Scalar; outputs: Outputs };
  predict(): { prediction: Normal; outputs: Outputs };
}

/** A distribution under the names of a case's outputs. */
export const named = (prefix: string, { mean, sigma }: Normal): Outputs => ({
  [`output/${prefix}mean`]: mean,
  [`output/${prefix}sigma`]: sigma,
});

export function latent(
  { parameters, train, predict }: LatentProcess,
  tasks: Tasks,
  golden: GoldenCase,
): Runnable {
  const noise = (name: string) => {
    const z = parameterTensor(golden, `noise/${name}`);
    // A single draw may be written with an axis for it.
    return z.shape[0] === 1 && z.rank === 3 ? tf.squeeze(z, [0]) : z;
  };
  /** One distribution for all rows is written once for each. */
  const perRow = ({ mean, sigma }: Normal): Normal => {
    const repeat = (x: tf.Tensor) => x.rank === 3 ? tf.tile(x, [1, tasks.x.shape[1], 1]) : x;
    return { mean: repeat(mean), sigma: repeat(sigma) };
  };
  return {
    parameters,
    train() {
      const { loss, terms, prior, posterior, prediction } = train(tasks, noise("z"));
      const outputs = {
        ...named("pz_", perRow(prior)),
        ...named("qz_", perRow(posterior)),
        ...named("", prediction),
        ...(terms && { "output/recon": terms.likelihood, "output/kld": terms.divergence }),
      };
      return { loss, outputs };
    },
    predict() {
      const { prior, prediction } = predict(tasks, noise("eval_z"));
      return { prediction, outputs: named("eval_pz_", perRow(prior)) };
    },
  };
}

/** @param samples copies that the reference makes of a prediction without a latent variable */
export function conditional(
  { parameters, train, predict }: ConditionalProcess,
  tasks: Tasks,
  [samples, evaluated]: [number, number] = [0, 0],
): Runnable {
  const copies = ({ mean, sigma }: Normal, n: number): Normal =>
    n === 0 ? { mean, sigma } : {
      mean: tf.tile(tf.expandDims(mean, 0), [n, 1, 1, 1]),
      sigma: tf.tile(tf.expandDims(sigma, 0), [n, 1, 1, 1]),
    };
  return {
    parameters,
    train() {
      const { loss, prediction } = train(tasks);
      return { loss, outputs: { ...named("", copies(prediction, samples)), "output/recon": tf.neg(loss) } };
    },
    predict: () => ({ prediction: copies(predict(tasks), evaluated), outputs: {} }),
  };
}

export function bootstrap(
  { parameters, train, predict }: BootstrapProcess,
  tasks: Tasks,
  golden: GoldenCase,
): Runnable {
  const draws = (prefix: string): Resampling => {
    const indices = (name: string) => tf.cast(parameterTensor(golden, `noise/${prefix}${name}`), "int32");
    return { rows: indices("boot_idx"), residuals: tf.squeeze(indices("res_idx"), [0]) };
  };
  return {
    parameters,
    train() {
      const { loss, resampled, prediction, base, terms } = train(tasks, draws(""));
      const outputs = {
        ...named("res_", resampled),
        ...named("", prediction),
        ...named("base_", base),
        "output/ll_base": terms.base,
        "output/ll": terms.bootstrapped,
      };
      return { loss, outputs };
    },
    predict() {
      const { resampled, prediction } = predict(tasks, draws("eval_"));
      return { prediction, outputs: named("eval_res_", resampled) };
    },
  };
}
