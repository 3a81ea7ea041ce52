import * as tf from "@tensorflow/tfjs-core";
import type { NeuralProcessDims } from "../neural_process/dims.ts";
import { ipnp } from "../neural_process/ipnp.ts";
import { logDensity, logMeanExp, type Normal } from "../neural_process/normal.ts";
import type { Points } from "../neural_process/points.ts";
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

/** IPNP with its latent variable: the training pass with gradients, and the evaluation. */
export async function runLatentProcess(golden: GoldenCase): Promise<Produced> {
  const given = field<Arguments>(golden.spec, "constructor", golden.name);
  const model = ipnp(dimsOf(given), spinOptions(given), 0);
  const { parameters } = model;
  const reference = blockToReference(parameters, (name) => name);
  loadParameters(golden, reference, parameters);
  const points = {
    x: tensorOf(golden, "input/x"),
    y: tensorOf(golden, "input/y"),
    context: tensorOf(golden, "input/xc").shape[1],
  } as Points;
  const results = await computeNamed(() => {
    const { loss, more, gradients } = valueAndGradients(() => {
      const { loss, terms, prior, posterior, prediction } = model.train(points, tensorOf(golden, "noise/z"));
      return {
        loss,
        more: {
          ...named("pz_", prior),
          ...named("qz_", posterior),
          ...named("", prediction),
          ...(terms && { "output/recon": terms.likelihood, "output/kld": terms.divergence }),
        },
      };
    }, parameters.map((p) => p.variable));
    const { prior, prediction } = model.predict(points, tensorOf(golden, "noise/eval_z"));
    const density = tf.sum(logDensity(prediction, points.y), -1);
    const likelihood = density.rank === 3 ? logMeanExp(density) : density;
    const [inContext, inTarget] = tf.split(likelihood, [points.context, -1], 1);
    return {
      "output/loss": loss,
      ...more,
      ...named("eval_pz_", prior),
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
