import * as tf from "@tensorflow/tfjs-core";
import { UserError } from "../errors.ts";
import { jit } from "../engine/mod.ts";
import { createInit } from "../nn/parameters.ts";
import { createOptimizer } from "../train/optimizer.ts";
import { learningRate, tradeoff, type TradeoffSchedule } from "../train/schedule.ts";
import { field, fixture, type GoldenCase, namesAfter } from "./case.ts";
import type { Produced } from "./compare.ts";
import { parameterTensor } from "./parameters.ts";

/** Lookahead around LAMB on given gradients, `optim_*`. The learning rate stands in the description only. */
export async function runOptimizer(golden: GoldenCase): Promise<Produced> {
  const what = field<string>(golden.spec, "what", golden.name);
  const rate = Number(/\blr ([\d.e+-]+)/.exec(what)?.[1]);
  if (!/Lookahead \(k = 6, alpha = 0\.5\) around LAMB/.test(what) || !(rate > 0)) {
    throw new UserError(
      `${golden.name}: expected Lookahead (k = 6, alpha = 0.5) around LAMB with a lr, found "${what}".`,
    );
  }
  const names = namesAfter(golden, "param/");
  const init = createInit(0);
  for (const name of names) {
    const { shape, data } = fixture(golden, `param/${name}`);
    init.create({ name, shape, fill: () => Float32Array.from(data) });
  }
  const { parameters } = init;
  const gradients = names.map((name) => parameterTensor(golden, `input/grad/${name}`));
  const steps = gradients[0]!.shape[0]!;
  const optimizer = createOptimizer(parameters, { optimizer: "lookahead_lamb", clip: 0 });
  const traces = names.map(() => [] as number[]);
  const apply = jit((now: tf.Tensor[], lr: tf.Scalar, step: tf.Scalar) => optimizer.apply(now, lr, step));
  for (let step = 1; step <= steps; step++) {
    const now = gradients.map((all, i) => tf.reshape(tf.slice(all, step - 1, 1), parameters[i]!.shape));
    apply(now, tf.scalar(rate), tf.scalar(step, "int32"));
    const values = await Promise.all(parameters.map((p) => p.variable.data()));
    values.forEach((value, i) => traces[i]!.push(...value));
  }
  apply.dispose();
  optimizer.dispose();
  const last = await Promise.all(parameters.map((p) => p.variable.data()));
  parameters.forEach((p) => p.dispose());
  return new Map(names.flatMap((name, i) => [
    [`output/trace/${name}`, traces[i]!] as [string, ArrayLike<number>],
    [`final/${name}`, last[i]!] as [string, ArrayLike<number>],
  ]));
}

/** Learning rate and tradeoff of every step, `schedule_*`. */
export function runSchedule(golden: GoldenCase): Promise<Produced> {
  const given = field<Record<string, number | string>>(golden.spec, "arguments", golden.name);
  const number = (name: string) => Number(field(given, name, golden.name));
  const total = number("exp_num_total_steps");
  const lr = learningRate(
    "flat_and_anneal",
    number("exp_lr"),
    total,
    number("exp_optimizer_warmup_proportion"),
  );
  const balance = tradeoff(
    field<TradeoffSchedule>(given, "exp_tradeoff_annealing", golden.name),
    number("exp_tradeoff"),
    total,
    number("exp_tradeoff_annealing_proportion"),
  );
  const every = (name: string, value: (step: number) => number) =>
    fixture(golden, name).data.length === 0
      ? []
      : Array.from(fixture(golden, name).data, (_, s) => value(s + 1));
  return Promise.resolve(
    new Map([["output/lr", every("output/lr", lr)], ["output/tradeoff", every("output/tradeoff", balance)]]),
  );
}
