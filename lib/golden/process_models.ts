import * as tf from "@tensorflow/tfjs-core";
import { UserError } from "../errors.ts";
import type { ConditionalProcess } from "../neural_process/conditional_process.ts";
import type { NeuralProcessDims } from "../neural_process/dims.ts";
import { anp, canp, cipnp, cnp, ipnp, np, withoutLatent } from "../neural_process/models.ts";
import { logDensity, logMeanExp, type Normal } from "../neural_process/normal.ts";
import type { LatentProcess } from "../neural_process/latent_process.ts";
import type { Tasks } from "../neural_process/points.ts";
import type { Parameter } from "../nn/parameters.ts";
import { blockToReference } from "../spin/reference_names.ts";
import { valueAndGradients } from "../train/gradients.ts";
import { field, type GoldenCase } from "./case.ts";
import type { Produced } from "./compare.ts";
import { computeNamed } from "./compute.ts";
import { gradientsByName, loadParameters, tensorOf } from "./parameters.ts";
import { spinOptions } from "./process_blocks.ts";

type Arguments = Record<string, number | boolean | string>;

/** Widths and depths among a constructor's arguments. */
const dimsOf = (given: Arguments): NeuralProcessDims => ({
  dimX: Number(given.dim_x),
  dimY: Number(given.dim_y),
  dimHid: Number(given.dim_hid),
  dimLat: Number(given.dim_lat),
  encVDepth: Number(given.enc_v_depth),
  encQkDepth: Number(given.enc_qk_depth),
  encPreDepth: Number(given.enc_pre_depth),
  encPostDepth: Number(given.enc_post_depth),
  decDepth: Number(given.dec_depth),
});

const named = (prefix: string, { mean, sigma }: Normal): Record<string, tf.Tensor> => ({
  [`output/${prefix}mean`]: mean,
  [`output/${prefix}sigma`]: sigma,
});

/** A model with one way to train and to predict, whatever it is made of. */
interface Runnable {
  parameters: Parameter[];
  train(): { loss: tf.Scalar; outputs: Record<string, tf.Tensor> };
  predict(): { prediction: Normal; outputs: Record<string, tf.Tensor> };
}

function latent({ parameters, train, predict }: LatentProcess, points: Tasks, golden: GoldenCase): Runnable {
  // A single draw may be written with an axis for it.
  const noise = (name: string) => {
    const z = tensorOf(golden, `noise/${name}`);
    return z.shape[0] === 1 && z.rank === 3 ? tf.squeeze(z, [0]) : z;
  };
  return {
    parameters,
    train() {
      const { loss, terms, prior, posterior, prediction } = train(points, noise("z"));
      const outputs = {
        ...named("pz_", prior),
        ...named("qz_", posterior),
        ...named("", prediction),
        ...(terms && { "output/recon": terms.likelihood, "output/kld": terms.divergence }),
      };
      return { loss, outputs };
    },
    predict() {
      const { prior, prediction } = predict(points, noise("eval_z"));
      return { prediction, outputs: named("eval_pz_", prior) };
    },
  };
}

/** @param samples copies that the reference makes of a prediction without a latent variable */
function conditional(
  { parameters, train, predict }: ConditionalProcess,
  points: Tasks,
  [samples, evaluated]: [number, number],
): Runnable {
  const copies = ({ mean, sigma }: Normal, n: number): Normal =>
    n === 0 ? { mean, sigma } : {
      mean: tf.tile(tf.expandDims(mean, 0), [n, 1, 1, 1]),
      sigma: tf.tile(tf.expandDims(sigma, 0), [n, 1, 1, 1]),
    };
  return {
    parameters,
    train() {
      const { loss, prediction } = train(points);
      return { loss, outputs: { ...named("", copies(prediction, samples)), "output/recon": tf.neg(loss) } };
    },
    predict: () => ({ prediction: copies(predict(points), evaluated), outputs: {} }),
  };
}

/** The model that a case's class and options name. */
function build(golden: GoldenCase, points: Tasks): Runnable {
  const { class: kind } = field<{ class: string }>(golden.spec, "reference", golden.name);
  const given = field<Arguments>(golden.spec, "constructor", golden.name);
  const dims = dimsOf(given);
  switch (kind) {
    case "CNP":
      return conditional(cnp(dims, 0), points, [0, 0]);
    case "CANP":
      return conditional(canp(dims, 0), points, [0, 0]);
    case "IPCANP":
      return conditional(cipnp(dims, spinOptions(given), 0), points, [0, 0]);
    case "NP":
      return latent(np(dims, 0), points, golden);
    case "ANP":
    case "IPANP": {
      const options = kind === "IPANP" ? spinOptions(given) : undefined;
      if (given.use_latent_path === false) {
        const samples = ["train_call", "eval_call"].map((call) =>
          Number(field<{ arguments: Arguments }>(golden.spec, call, golden.name).arguments.num_samples ?? 0)
        ) as [number, number];
        return conditional(withoutLatent(dims, options, 0), points, samples);
      }
      return latent(options ? ipnp(dims, options, 0) : anp(dims, 0), points, golden);
    }
    default:
      throw new UserError(`${golden.name}: expected a known class, found ${kind}.`);
  }
}

/** A whole neural process: the training pass with gradients, and the evaluation. */
export async function runProcess(golden: GoldenCase): Promise<Produced> {
  const points = {
    x: tensorOf(golden, "input/x"),
    y: tensorOf(golden, "input/y"),
    context: tensorOf(golden, "input/xc").shape[1],
  } as Tasks;
  const { parameters, train, predict } = build(golden, points);
  const reference = blockToReference(parameters, (name) => name);
  loadParameters(golden, reference, parameters);
  const results = await computeNamed(() => {
    const { loss, more, gradients } = valueAndGradients(() => {
      const { loss, outputs } = train();
      return { loss, more: outputs };
    }, parameters.map((p) => p.variable));
    const { prediction, outputs } = predict();
    const density = tf.sum(logDensity(prediction, points.y), -1);
    const likelihood = density.rank === 3 ? logMeanExp(density) : density;
    const [inContext, inTarget] = tf.split(likelihood, [points.context, -1], 1);
    return {
      "output/loss": loss,
      ...more,
      ...outputs,
      ...named("eval_", prediction),
      "output/eval_ll": likelihood,
      "output/eval_ctx_ll": tf.mean(inContext!),
      "output/eval_tar_ll": tf.mean(inTarget!),
      ...Object.fromEntries(parameters.map((p, i) => [p.name, gradients[i]!])),
    };
  });
  const gradients = parameters.map((p) => results.get(p.name)!);
  parameters.forEach((parameter) => parameter.dispose());
  return new Map([...results, ...gradientsByName(reference, parameters, gradients)]);
}
