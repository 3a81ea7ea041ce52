import * as tf from "@tensorflow/tfjs-core";
import { UserError } from "../errors.ts";
import { jit } from "../engine/mod.ts";
import { ipnp } from "../models/process/models.ts";
import { gatherReference, sameNames } from "./reference_names.ts";
import { valueAndGradients } from "../train/gradients.ts";
import { createOptimizer } from "../train/optimizer.ts";
import { learningRate } from "../train/schedule.ts";
import { field, type GoldenCase } from "./case.ts";
import type { Produced } from "./compare.ts";
import { loadParameters, parameterTensor } from "./parameters.ts";
import { dimsOf, type ProcessArguments } from "./process_build.ts";
import { spinOptions } from "./process_blocks.ts";

/** Training steps of IPNP with Adam and a cosine, `train_*`. Rate and number of steps stand in the description only. */
export async function runProcessTraining(golden: GoldenCase): Promise<Produced> {
  const what = field<string>(golden.spec, "what", golden.name);
  const schedule = /Adam .*, lr ([\d.e+-]+), cosine schedule to 0 over (\d+) steps/.exec(what);
  if (!schedule) {
    throw new UserError(`${golden.name}: expected Adam, a lr and a cosine schedule, found "${what}".`);
  }
  const rate = learningRate("cosine", Number(schedule[1]), Number(schedule[2]), 0);
  const given = field<ProcessArguments>(golden.spec, "constructor", golden.name);
  const contexts = field<number[]>(golden.spec, "num_ctx_per_step", golden.name);
  const { parameters, train } = ipnp(dimsOf(given), spinOptions(given), 0);
  const reference = sameNames(parameters);
  loadParameters(golden, reference, parameters);
  const optimizer = createOptimizer(parameters, { optimizer: "adam", clip: 0 });
  const variables = parameters.map(({ variable }) => variable);
  const step = jit((
    { x, y, noise }: Record<"x" | "y" | "noise", tf.Tensor3D>,
    context: number,
    lr: tf.Scalar,
    count: tf.Scalar,
  ) => {
    const { loss, gradients } = valueAndGradients(
      () => ({ loss: train({ x, y, context }, noise).loss, more: {} }),
      variables,
    );
    optimizer.apply(gradients, lr, count);
    return loss;
  });
  const losses: number[] = [];
  for (const [i, context] of contexts.entries()) {
    const [x, y, noise] = [`input/${i}/x`, `input/${i}/y`, `noise/z/${i}`]
      .map((name) => parameterTensor(golden, name)) as [tf.Tensor3D, tf.Tensor3D, tf.Tensor3D];
    const loss = step({ x, y, noise }, context, tf.scalar(rate(i + 1)), tf.scalar(i + 1, "int32"));
    losses.push((await loss.data())[0]!);
  }
  const last = await Promise.all(variables.map((variable) => variable.data()));
  const final = gatherReference(reference, parameters, last);
  step.dispose();
  optimizer.dispose();
  parameters.forEach((parameter) => parameter.dispose());
  return new Map<string, ArrayLike<number>>([
    ["output/losses", losses],
    ["output/lr", contexts.map((_, i) => rate(i + 1))],
    ...[...final].map(([name, data]): [string, Float32Array] => [`final/${name}`, data]),
  ]);
}
