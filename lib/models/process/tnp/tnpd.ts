import * as tf from "@tensorflow/tfjs-core";
import { reluMlp } from "../../../nn/layers.ts";
import { createInit, type Parameter } from "../../../nn/parameters.ts";
import { meanLikelihood, type Normal, plainNormal } from "../normal.ts";
import { contextOf, pairs, rowsAfter, targetsOf, type Tasks } from "../points.ts";
import { tnpEncoder, type TnpOptions } from "./options.ts";

/** A process that predicts targets alone, each for itself: TNP-D. */
interface TargetProcess {
  parameters: Parameter[];
  /** The training objective: minus the mean log likelihood of the targets; the context is not scored. */
  train(tasks: Tasks): { loss: tf.Scalar; prediction: Normal };
  /** At the targets, [b, nt, dimY]. */
  predict(tasks: Tasks): Normal;
}

/**
 * Transformer neural process with a diagonal normal (`regression/models/tnpd.py`): context and targets read the context,
 * so that the cost is (nc + nt)·nc.
 */
export function tnpd(options: TnpOptions, seed: number): TargetProcess {
  const init = createInit(seed);
  const { embed, encode } = tnpEncoder(init, options);
  const predictor = reluMlp(init, "predictor", options.width, options.feedForward, 2 * options.dimY, 2);
  const predict = (tasks: Tasks): Normal => {
    const context = contextOf(tasks);
    const { x, y } = targetsOf(tasks);
    const rows = embed(tf.concat([pairs(context), pairs({ x, y: tf.zerosLike(y) })], 1));
    const encoded = encode(rows, { first: tasks.context, hidden: context.hidden });
    return plainNormal(predictor(rowsAfter(encoded, tasks.context)), options.boundStd);
  };
  return {
    parameters: init.parameters,
    predict,
    train(tasks) {
      const targets = targetsOf(tasks);
      const prediction = predict(tasks);
      return { loss: tf.neg(meanLikelihood(prediction, targets)), prediction };
    },
  };
}
