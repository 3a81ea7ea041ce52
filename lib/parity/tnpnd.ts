import * as tf from "@tensorflow/tfjs-core";
import { contextOf, pairs, rowsAfter, targetsOf, type Tasks } from "../models/process/points.ts";
import { tnpEncoder, type TnpOptions } from "../models/process/tnp/options.ts";
import { transformer } from "../models/process/tnp/transformer.ts";
import { reluMlp } from "../nn/layers.ts";
import { createInit, type Parameter } from "../nn/parameters.ts";
import { jointDensity, type JointNormal, tensorCholesky } from "./joint_normal.ts";

/** Names follow `regression/configs/gp/tnpnd.yaml`. */
interface JointOptions extends Omit<TnpOptions, "boundStd"> {
  stdLayers: number;
  /** `tensorCholesky`: the lower triangle of P·Pᵀ is the factor; `lowrank`: the covariance is P·Pᵀ + a positive diagonal. */
  covariance: "cholesky" | "lowrank";
  prjDim: number;
  prjDepth: number;
  diagDepth: number;
}

export const GP_TNPND: JointOptions = {
  dimX: 1,
  dimY: 1,
  width: 64,
  embDepth: 4,
  feedForward: 128,
  heads: 4,
  layers: 6,
  stdLayers: 2,
  covariance: "cholesky",
  prjDim: 20,
  prjDepth: 4,
  diagDepth: 4,
};

/** A process that predicts all outputs of a task's targets together, point by point and then channel by channel. */
interface JointProcess {
  parameters: Parameter[];
  /** The training objective: minus the mean over tasks of the joint log density of the targets. */
  train(tasks: Tasks): { loss: tf.Scalar; prediction: JointNormal };
  /** Over nt·dimY values. */
  predict(tasks: Tasks): JointNormal;
  /** Mean over tasks of the joint log density, for each target point. */
  evaluate(tasks: Tasks): tf.Scalar;
}

/** Transformer neural process with a joint normal (`regression/models/tnpnd.py`). */
export function tnpnd(options: JointOptions, seed: number): JointProcess {
  const { width, feedForward, dimY, stdLayers, covariance, prjDim, prjDepth, diagDepth } = options;
  const init = createInit(seed);
  const { embed, encode } = tnpEncoder(init, { ...options, boundStd: false });
  const means = reluMlp(init, "mean_net", width, feedForward, dimY, 2);
  const stdEncode = transformer(init, "std_encoder", stdLayers, options);
  const project = reluMlp(init, "projector", width, feedForward, prjDim * dimY, prjDepth);
  const variances = covariance === "lowrank"
    ? reluMlp(init, "diag_net", width, feedForward, dimY, diagDepth)
    : undefined;
  const predict = (tasks: Tasks): JointNormal => {
    if (tasks.hidden) {
      throw new Error("TNP-ND: expected tasks of equal sizes, found rows that only fill the tensors");
    }
    const { x, y } = targetsOf(tasks);
    const [b, nt] = x.shape;
    const rows = embed(tf.concat([pairs(contextOf(tasks)), pairs({ x, y: tf.zerosLike(y) })], 1));
    const targets = rowsAfter(encode(rows, { first: tasks.context }), tasks.context);
    const spread = stdEncode(targets);
    const factor = tf.reshape(project(spread), [b, nt * dimY, prjDim]) as tf.Tensor3D;
    const products = tf.matMul(factor, factor, false, true) as tf.Tensor3D;
    const mean = tf.reshape(means(targets), [b, nt * dimY]) as tf.Tensor2D;
    if (!variances) return { mean, scale: lowerTriangle(products) };
    const diagonal = tf.mul(tf.exp(tf.reshape(variances(targets), [b, nt * dimY, 1])), tf.eye(nt * dimY));
    return { mean, scale: tensorCholesky(tf.add(products, diagonal)) };
  };
  const density = (prediction: JointNormal, tasks: Tasks): tf.Tensor1D => {
    const { y } = targetsOf(tasks);
    return jointDensity(prediction, tf.reshape(y, [y.shape[0], -1]) as tf.Tensor2D);
  };
  return {
    parameters: init.parameters,
    predict,
    train(tasks) {
      const prediction = predict(tasks);
      return { loss: tf.neg(tf.mean(density(prediction, tasks))) as tf.Scalar, prediction };
    },
    evaluate: (tasks) =>
      tf.div(tf.mean(density(predict(tasks), tasks)), tasks.x.shape[1] - tasks.context) as tf.Scalar,
  };
}

const lowerTriangle = (x: tf.Tensor3D): tf.Tensor3D =>
  tf.mul(x, tf.linalg.bandPart(tf.ones([x.shape[1], x.shape[2]]), -1, 0));
