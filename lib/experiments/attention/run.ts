/** What two inducing points read of two clusters of rows (the paper's attention figure). */
import * as tf from "@tensorflow/tfjs-core";
import { twoClusters } from "../../data/synthetic_attention.ts";
import { free, jit } from "../../engine/mod.ts";
import { createTableModel, type TableModel } from "../../models/table/mod.ts";
import type { RunRecord } from "../../results/mod.ts";
import { advice, courseOf, train } from "../../train/loop.ts";
import { tableTask } from "../../train/table/task.ts";
import {
  asJson,
  configurationOf,
  type ExecuteOptions,
  type Experiment,
  type Outcome,
  type Run,
  runOf,
} from "../experiment.ts";
import type { Profile } from "../profiles.ts";
import { generatedData } from "../run.ts";
import { trainingCosts } from "../table_run.ts";
import { attentionReport } from "./report.ts";
import {
  type AttentionChanges,
  type AttentionSetting,
  attentionSetting,
  type AttentionSettings,
  attentionSettings,
  type AttentionVariant,
  dataName,
  FLIPS,
  SMALL_ATTENTION,
} from "./settings.ts";
import {
  attentionData,
  type AttentionDetails,
  attentionOutputs,
  type AttentionScores,
  attentionScores,
  attentionStep,
  type Flips,
  references,
  type Viewed,
} from "./step.ts";

/** The published experiment by seeds, then variants on the small table by seeds. A seed is that of the table, too. */
function runs(
  { profile, seeds, h, variants, smallSeeds, steps, model, recipe }: AttentionSettings,
): Run<AttentionDetails>[] {
  const small = {
    ...SMALL_ATTENTION,
    steps: steps || recipe.steps || SMALL_ATTENTION.steps,
    model: { ...SMALL_ATTENTION.model, ...model },
    recipe: { ...SMALL_ATTENTION.recipe, ...recipe },
  };
  return [
    ...seeds.map((seed) => variantRun("published", profile, { h, steps, model, recipe }, seed)),
    ...(variants as AttentionVariant[]).flatMap((variant) =>
      smallSeeds.map((seed) => variantRun(variant, "quick", small, seed))
    ),
  ];
}

function variantRun(
  variant: AttentionVariant,
  profile: Profile,
  options: AttentionChanges,
  seed: number,
): Run<AttentionDetails> {
  const setting = attentionSetting(variant, profile, options, seed);
  const { sizes, recipe, sharpness, bins } = setting;
  const data = generatedData(dataName(sizes));
  return runOf({
    experiment: "synthetic-attention",
    words: [data.name, variant, `seed${seed}`],
    profile,
    data: data.name,
    model: variant,
    of: data,
    seed,
    configuration: asJson({ sizes, sharpness, bins, recipe: configurationOf(recipe) }),
    steps: recipe.steps,
    execute: (options) => execute(setting, options),
  });
}

/** Makes the first scores of XABD `factor` times as large. */
function sharpen(model: TableModel, factor: number): void {
  if (factor === 1) return;
  for (const { name, variable } of model.parameters) {
    if (!name.startsWith("encoder.0.xabd.query.")) continue;
    const scaled = tf.tidy(() => tf.mul(variable, factor));
    variable.assign(scaled);
    scaled.dispose();
  }
}

/** Trains a model, and sees what its latents read before, meanwhile and after. */
async function execute(
  { variant, sizes, recipe, sharpness, bins }: AttentionSetting,
  options: ExecuteOptions,
): Promise<Outcome<AttentionDetails> | undefined> {
  const data = twoClusters(sizes, recipe.seed);
  const device = attentionData(data);
  const model = createTableModel(recipe.model, data.table.columns, recipe.seed);
  sharpen(model, sharpness);
  const coins = Math.log2(FLIPS[variant].length) as 0 | 1 | 2;
  const task = tableTask(model, recipe, [device], () => ({ table: 0, rows: null }), {
    step: (model, optimizer) => attentionStep(model, optimizer, data.queries.train, coins),
  });
  const outputs = jit(attentionOutputs(model, data));
  const drawn = [0, recipe.evaluateEvery * Math.round(recipe.steps / recipe.evaluateEvery / 2), recipe.steps];
  const view = async (flips: Flips): Promise<Viewed> => {
    const given = tf.tensor1d([...flips]);
    const found = outputs(device, given);
    const [weights, encoded, raw] = await Promise.all(
      [found.weights, found.encoded, found.raw].map(async (tensor) => await tensor.data() as Float32Array),
    ) as [Float32Array, Float32Array, Float32Array];
    tf.dispose([given, ...Object.values(found)]);
    return { weights, encoded, raw, flips };
  };
  const evaluate = async (at: number): Promise<AttentionScores> => {
    const views: Viewed[] = [];
    for (const flips of FLIPS[variant]) views.push(await view(flips));
    return attentionScores(data, views, drawn.includes(at) ? bins : 0);
  };
  try {
    const first = { step: 0, ...await evaluate(0) };
    const { stopped, seconds, memory, history } = await train(task, {
      ...courseOf(options, { ...recipe, variant, sizes, sharpness, bins }),
      steps: recipe.steps,
      evaluate: { when: (at) => at % recipe.evaluateEvery === 0, run: evaluate },
      advice: advice(recipe),
    });
    if (stopped) return undefined;
    const after = history.map(({ step, scores }) => ({ step, ...scores }));
    // Evaluations are few, and overconfident weights have a larger loss than those before training.
    const best = after.reduce((a, b) => a.loss <= b.loss ? a : b);
    const { specialisation, unevenness } = after.at(-1)!;
    return {
      metrics: {
        accuracy: best.accuracy,
        "encoder off": best.encoderOff,
        bestStep: best.step,
        specialisation,
        unevenness,
        ...references(data),
      },
      details: { evaluations: [first, ...after] },
      ...trainingCosts({ seconds, steps: recipe.steps, model, memory }),
    };
  } finally {
    task.dispose();
    outputs.dispose();
    model.dispose();
    free(device);
  }
}

export const syntheticAttention: Experiment<AttentionSettings, AttentionDetails> = {
  name: "synthetic-attention",
  notebook: "09_synthetic_attention",
  settings: attentionSettings,
  runs,
  report: attentionReport,
  changesOf: ({ seed, steps }: RunRecord<AttentionDetails>) => ({ seeds: [seed], smallSeeds: [seed], steps }),
};
