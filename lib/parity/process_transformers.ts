import * as tf from "@tensorflow/tfjs-core";
import { UserError } from "../errors.ts";
import { tnpa } from "./tnpa.ts";
import { tnpd } from "../models/process/tnp/tnpd.ts";
import { tnpnd } from "./tnpnd.ts";
import type { TnpOptions } from "../models/process/tnp/options.ts";
import { field, type GoldenCase } from "./case.ts";
import type { Produced } from "./compare.ts";
import { parameterTensor } from "./parameters.ts";
import type { ProcessArguments } from "./process_build.ts";
import { runWithGradients } from "./process_gradients.ts";
import { tasksOf } from "./process_models.ts";
import { named } from "./process_runnable.ts";

const optionsOf = (given: ProcessArguments): TnpOptions => ({
  dimX: Number(given.dim_x),
  dimY: Number(given.dim_y),
  width: Number(given.d_model),
  embDepth: Number(given.emb_depth),
  feedForward: Number(given.dim_feedforward),
  heads: Number(given.nhead),
  layers: Number(given.num_layers),
  boundStd: Boolean(given.bound_std),
});

/** A transformer neural process, `model_tnp*`. */
export function runTransformer(golden: GoldenCase): Promise<Produced> {
  const { class: kind } = field<{ class: string }>(golden.spec, "reference", golden.name);
  const given = field<ProcessArguments>(golden.spec, "constructor", golden.name);
  if (kind === "TNPND") return runJoint(golden, given);
  if (kind !== "TNPD" && kind !== "TNPA") {
    throw new UserError(`${golden.name}: expected a known class, found ${kind}.`);
  }
  const tasks = tasksOf(golden);
  const options = optionsOf(given);
  const { parameters, train } = kind === "TNPD" ? tnpd(options, 0) : tnpa(options, 0);
  const noise = golden.tensors.has("noise/yt") ? parameterTensor(golden, "noise/yt") : undefined;
  return runWithGradients(golden, parameters, () => {
    const { loss, prediction } = train(tasks, noise);
    return { loss, outputs: { ...named("", prediction), "output/tar_ll": tf.neg(loss) } };
  }, () => ({}));
}

function runJoint(golden: GoldenCase, given: ProcessArguments): Promise<Produced> {
  const tasks = tasksOf(golden);
  const { parameters, train, evaluate } = tnpnd({
    ...optionsOf(given),
    stdLayers: Number(given.num_std_layers),
    covariance: given.cov_approx === "lowrank" ? "lowrank" : "cholesky",
    prjDim: Number(given.prj_dim),
    prjDepth: Number(given.prj_depth),
    diagDepth: Number(given.diag_depth),
  }, 0);
  return runWithGradients(golden, parameters, () => {
    const { loss, prediction: { mean, scale } } = train(tasks);
    const covariance = tf.matMul(scale, scale, false, true);
    const outputs = {
      "output/mean": mean,
      "output/scale_tril": scale,
      "output/covariance": covariance,
      "output/mean_std": tf.mean(covariance),
      "output/tar_ll": tf.neg(loss),
    };
    return { loss, outputs };
  }, () => ({ "output/eval_tar_ll_joint": evaluate(tasks) }));
}
