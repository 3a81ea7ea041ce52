import * as tf from "@tensorflow/tfjs-core";
import { compileTime, createRng, jit, memoryOf, ready, tensorSpec } from "../../engine/mod.ts";
import { progress, stopRequested } from "../../progress/mod.ts";
import { type Cells, createTableModel, type Outputs, type TableModel } from "../../models/table/mod.ts";
import type { RunIdentity } from "../../results/mod.ts";
import { stackCells } from "../../train/table/rows.ts";
import { LOCAL_RECORDS } from "../profiles.ts";
import { generatedData, type Outcome, recorded } from "../record.ts";
import { DEFAULT_SCALING, type Scaled, scaledModel, type ScalingConfig } from "./scaling.ts";

/** What predicting some query rows costs once a model has been given n training rows. */
export interface PredictionCost {
  model: Scaled;
  n: number;
  queries: number;
  /** Compiled bytes that the prediction needs beyond its weights. */
  temporary: number;
  /** Median seconds of one prediction, or null where it was not run. */
  seconds: number | null;
}

type Predict = (query: Cells, kept: Cells | tf.Tensor3D) => Outputs;

/** What a model does with a query: SPIN reads the latents it kept, the others the training rows. */
function predictionOf(model: TableModel): Predict {
  if (model.predict) return (query, kept) => model.predict!(query, kept as tf.Tensor3D);
  return (query, kept) => model.forward(stackCells(kept as Cells, query));
}

const TIMED = 5;

/** What `scalePrediction` measures; d 14 and 128 queries unless given. */
export type PredictionSizes = Partial<ScalingConfig> & { d?: number; queries?: number };

/** The runs of `scalePrediction`: sizes, then models. */
export function predictionCostRuns(
  sizes: readonly number[],
  { d = 14, queries = 128, ...given }: PredictionSizes = {},
): { model: Scaled; n: number; identity: RunIdentity }[] {
  const config = { ...DEFAULT_SCALING, ...given };
  const { models, ...configuration } = config;
  return sizes.flatMap((n) =>
    models.map((model) => ({
      model,
      n,
      identity: {
        experiment: "prediction-cost",
        profile: "quick",
        model,
        data: generatedData(`normal-${n}x${d}`),
        fold: null,
        seed: config.seed,
        configuration: { ...configuration, ...scaledModel(model, config), n, d, queries },
      },
    }))
  );
}

/** Costs of predicting `queries` rows of d numeric columns against n (paper: inference independent of n). */
export async function scalePrediction(
  sizes: readonly number[],
  { d = 14, queries = 128, ...given }: PredictionSizes = {},
  folder: string = LOCAL_RECORDS,
): Promise<PredictionCost[]> {
  const config = { ...DEFAULT_SCALING, ...given };
  const runs = predictionCostRuns(sizes, { ...given, d, queries });
  const bar = progress(runs.length, { label: "predictions" });
  const costs: PredictionCost[] = [];
  for (const { model, n, identity } of runs) {
    if (stopRequested()) break;
    bar.update(costs.length, `${model}, ${n} training rows`);
    const record = await recorded(folder, identity, () => predictionCost(model, n, d, queries, config));
    costs.push({ model, n, queries, ...record!.metrics } as PredictionCost);
  }
  bar.update(costs.length);
  await bar.done();
  return costs;
}

async function predictionCost(
  name: Scaled,
  n: number,
  d: number,
  queries: number,
  config: ScalingConfig,
): Promise<Outcome> {
  const columns = Array.from({ length: d }, () => ({ kind: "numeric" as const, classes: [] }));
  const model = createTableModel(scaledModel(name, config), columns, config.seed);
  const predict = predictionOf(model);
  const before = compileTime().milliseconds;
  try {
    const kept = model.predict ? tensorSpec([1, config.h, config.f * config.embedding]) : abstractCells(n, d);
    const { temporary, peak } = memoryOf(predict, abstractCells(queries, d), kept);
    const compile = (compileTime().milliseconds - before) / 1000;
    const seconds = peak < config.timedBelow
      ? await timePrediction(model, predict, n, d, queries, config)
      : null;
    return {
      metrics: { temporary, peak, seconds },
      seconds: { compile, train: 0, evaluate: seconds ?? 0 },
      steps: 0,
      parameters: model.parameters.reduce((sum, { count }) => sum + count, 0),
      compiledBytes: peak,
    };
  } finally {
    model.dispose();
  }
}

const abstractCells = (n: number, d: number) => ({
  values: tensorSpec([n, d]),
  onehot: tensorSpec([n, 0, 0]),
  mask: tensorSpec([n, d]),
});

function randomCells(n: number, d: number, seed: number): Cells {
  return tf.tidy(() =>
    ({
      values: createRng(tf.tensor1d([seed, n], "int32")).normal([n, d]) as tf.Tensor2D,
      onehot: tf.zeros([n, 0, 0]) as tf.Tensor3D,
      mask: tf.zeros([n, d]) as tf.Tensor2D,
    }) as unknown as tf.TensorContainerObject
  ) as unknown as Cells;
}

/** SPIN encodes the training rows once, before the clock starts: afterwards they are not needed any more. */
async function timePrediction(
  model: TableModel,
  predict: Predict,
  n: number,
  d: number,
  queries: number,
  { seed }: ScalingConfig,
): Promise<number> {
  const [context, query] = [randomCells(n, d, seed), randomCells(queries, d, seed + 1)];
  const encode = jit((cells: Cells) => model.encode!(cells));
  const kept = model.encode ? encode(context) : context;
  const run = jit(predict);
  const seconds: number[] = [];
  for (let i = 0; i <= TIMED; i++) {
    const start = performance.now();
    const outputs = run(query, kept);
    await ready(outputs.values);
    if (i > 0) seconds.push((performance.now() - start) / 1000);
    tf.dispose([outputs.values, outputs.logits]);
  }
  for (const cells of [context, query]) tf.dispose([cells.values, cells.onehot, cells.mask]);
  if (kept instanceof tf.Tensor) kept.dispose();
  encode.dispose();
  run.dispose();
  return seconds.sort((a, b) => a - b)[seconds.length >> 1]!;
}
