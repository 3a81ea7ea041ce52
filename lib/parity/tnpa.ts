import * as tf from "@tensorflow/tfjs-core";
import { meanLikelihood, type Normal, plainNormal } from "../models/process/normal.ts";
import {
  contextOf,
  firstRows,
  pairs,
  type Points,
  rowsAfter,
  targetsOf,
  type Tasks,
} from "../models/process/points.ts";
import { tnpEncoder, type TnpOptions } from "../models/process/tnp/options.ts";
import { reluMlp } from "../nn/layers.ts";
import { createInit, type Parameter } from "../nn/parameters.ts";

/** An autoregressive process: each target is predicted from the context and the targets before it. */
interface AutoregressiveProcess {
  parameters: Parameter[];
  /**
   * The training objective: minus the mean log likelihood of the targets, each given the true ones before it.
   *
   * @param noise standard normal [b, nt, dimY]: 0.05 times it blurs the targets that are read, if sigma is bounded;
   * without it they are read as they are
   */
  train(tasks: Tasks, noise?: tf.Tensor): { loss: tf.Scalar; prediction: Normal };
  /** At the targets [b, nt, dimY], each given the outputs of `tasks` before it. */
  predict(tasks: Tasks): Normal;
  /**
   * Draws the targets' outputs one after the other, each from its prediction given those drawn before. For several
   * samples, or orders of the targets, repeat the tasks.
   *
   * @param noise standard normal [b, nt, dimY]
   * @returns [b, nt, dimY]
   */
  sample(context: Points, xt: tf.Tensor3D, noise: tf.Tensor3D): tf.Tensor3D;
}

const BLUR = 0.05;

/** Autoregressive transformer neural process (`regression/models/tnpa.py`). */
export function tnpa(options: TnpOptions, seed: number): AutoregressiveProcess {
  const init = createInit(seed);
  const { embed, encode } = tnpEncoder(init, options);
  const predictor = reluMlp(init, "predictor", options.width, options.feedForward, 2 * options.dimY, 2);
  const predict = (context: Points, { x, y, hidden }: Points): Normal => {
    const [nc, nt] = [context.x.shape[1], x.shape[1]];
    const parts = [context, { x, y }, { x, y: tf.zerosLike(y) }];
    const rows = embed(tf.concat(parts.map(pairs), 1));
    const encoded = encode(rows, {
      first: nc + nt,
      hidden: withFillers(earlierTargets(nc, nt), context.hidden, hidden),
    });
    return plainNormal(predictor(rowsAfter(encoded, nc + nt)), options.boundStd);
  };
  return {
    parameters: init.parameters,
    predict: (tasks) => predict(contextOf(tasks), targetsOf(tasks)),
    train(tasks, noise) {
      const targets = targetsOf(tasks);
      const blurred = options.boundStd && noise ? tf.add(targets.y, tf.mul(noise, BLUR)) : targets.y;
      const prediction = predict(contextOf(tasks), { ...targets, y: blurred as tf.Tensor3D });
      return { loss: tf.neg(meanLikelihood(prediction, targets)), prediction };
    },
    sample(context, xt, noise) {
      const [b, nt] = xt.shape;
      const drawn: tf.Tensor3D[] = [];
      for (let i = 0; i < nt; i++) {
        // What stands in place of later targets is not read.
        const y = tf.concat([...drawn, tf.zeros([b, 1, options.dimY])], 1) as tf.Tensor3D;
        const { mean, sigma } = predict(context, { x: firstRows(xt, i + 1), y });
        const at = (x: tf.Tensor) => tf.slice(x, [0, i, 0], [-1, 1, -1]) as tf.Tensor3D;
        drawn.push(tf.add(at(mean), tf.mul(at(sigma), at(noise))));
      }
      return tf.concat(drawn, 1);
    },
  };
}

/**
 * What must not be read, [1, nc + nt, nc + 2·nt]: all rows read the context, target i reads targets 0 to i, and its empty
 * row those before it.
 */
function earlierTargets(nc: number, nt: number): tf.Tensor3D {
  const readers = nc + 2 * nt;
  const hidden = Float32Array.from({ length: (nc + nt) * readers }, (_, k) => {
    const [target, reader] = [Math.floor(k / readers) - nc, k % readers - nc];
    if (target < 0) return 0;
    if (reader < 0) return 1;
    return reader < nt ? Number(target > reader) : Number(target >= reader - nt);
  });
  return tf.tensor3d(hidden, [1, nc + nt, readers]);
}

/** The same with rows that only fill the tensors, [b, nc] and [b, nt], hidden from all. */
function withFillers(hidden: tf.Tensor3D, context?: tf.Tensor2D, targets?: tf.Tensor2D): tf.Tensor3D {
  if (!context || !targets) return hidden;
  return tf.maximum(hidden, tf.expandDims(tf.concat([context, targets], 1), -1));
}
