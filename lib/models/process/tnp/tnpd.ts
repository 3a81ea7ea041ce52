import * as tf from "@tensorflow/tfjs-core";
import { reluMlp } from "../../../nn/layers.ts";
import { createInit } from "../../../nn/parameters.ts";
import type { ConditionalProcess } from "../conditional_process.ts";
import { meanLikelihood, type Normal, plainNormal } from "../normal.ts";
import { contextOf, pairs, rowsAfter, targetsOf, type Tasks } from "../points.ts";
import { tnpEncoder, type TnpOptions } from "./options.ts";

/**
 * Transformer neural process with a diagonal normal (`regression/models/tnpd.py`): context and targets read the context,
 * so that the cost is (nc + nt)·nc. It predicts at the targets alone, [b, nt, dimY], and its objective is minus their
 * mean log likelihood: the context is not scored.
 */
export function tnpd(options: TnpOptions, seed: number): ConditionalProcess {
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
