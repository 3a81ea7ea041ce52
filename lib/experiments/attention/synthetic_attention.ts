import * as tf from "@tensorflow/tfjs-core";
import { syntheticAttention } from "../../data/synthetic_attention.ts";
import { jit } from "../../engine/mod.ts";
import { UserError } from "../../errors.ts";
import { stopRequested } from "../../progress/mod.ts";
import type { Json, RunIdentity, RunRecord } from "../../results/mod.ts";
import { createTableModel, type TableModel } from "../../models/table/mod.ts";
import { advice, train } from "../../train/loop.ts";
import { tableTask } from "../../train/table/task.ts";
import { LOCAL_RECORDS, type Profile } from "../profiles.ts";
import { generatedData, type Outcome, recorded } from "../record.ts";
import { measuresOf, references, type Seen } from "./synthetic_attention_measures.ts";
import {
  type AttentionChoice,
  type AttentionSetting,
  attentionSetting,
  type AttentionVariant,
  TURNS,
} from "./synthetic_attention_settings.ts";
import { attentionData, attentionLook, attentionStep } from "./synthetic_attention_step.ts";

/** What two inducing points read of two clusters of rows (the paper's attention figure). */
export interface SyntheticAttentionConfig extends AttentionChoice {
  profile: Profile;
  variants: readonly AttentionVariant[];
  seeds: readonly number[];
  /** Where records are kept. */
  records?: string;
}

export interface SyntheticAttentionRun {
  identity: RunIdentity;
  setting: AttentionSetting;
}

/** The runs of a configuration: variants, then seeds. A seed is that of the table, too. */
export function syntheticAttentionRuns(config: SyntheticAttentionConfig): SyntheticAttentionRun[] {
  const { profile, variants, seeds, h } = config;
  if (!(Number.isInteger(h) && h > 0)) throw new UserError(`h: expected a positive whole number, found ${h}`);
  return variants.flatMap((variant) =>
    seeds.map((seed) => {
      const setting = attentionSetting(variant, profile, config, seed);
      const { variant: _, recipe: { seed: _seed, ...recipe }, ...rest } = setting;
      const { rows, queries, features, labels } = setting.sizes;
      return {
        setting,
        identity: {
          experiment: "synthetic-attention",
          profile,
          model: variant,
          data: generatedData(`two-clusters-${rows + queries}x${features + labels}`),
          fold: null,
          seed,
          configuration: { ...rest, recipe } as unknown as Record<string, Json>,
        },
      };
    })
  );
}

/** Runs what has no record yet, and gives the records of all runs; a stop request ends it with those so far. */
export async function runSyntheticAttention(config: SyntheticAttentionConfig): Promise<RunRecord[]> {
  const runs = syntheticAttentionRuns(config);
  const records: RunRecord[] = [];
  for (const { identity, setting } of runs) {
    if (stopRequested()) break;
    const label = `${identity.model}, seed ${identity.seed}`;
    const run = () => executeSyntheticAttention(setting, label);
    const record = await recorded(config.records ?? LOCAL_RECORDS, identity, run);
    if (!record) break;
    records.push(record);
  }
  return records;
}

/** Makes the first scores `factor` times as large. */
function sharpen(model: TableModel, factor: number): void {
  if (factor === 1) return;
  for (const { name, variable } of model.parameters) {
    if (!/^encoder\.0\.xabd\.query\./.test(name)) continue;
    const scaled = tf.tidy(() => tf.mul(variable, factor));
    variable.assign(scaled);
    scaled.dispose();
  }
}

/** Trains a model and looks at its attention meanwhile; undefined if it was stopped. */
export async function executeSyntheticAttention(
  { variant, sizes, recipe, sharpness, bins }: AttentionSetting,
  label?: string,
): Promise<Outcome | undefined> {
  const data = syntheticAttention(sizes, recipe.seed);
  const device = attentionData(data);
  const model = createTableModel(recipe.model, data.table.columns, recipe.seed);
  sharpen(model, sharpness);
  const coins = Math.log2(TURNS[variant].length) as 0 | 1 | 2;
  const task = tableTask(model, recipe, [device], () => ({ table: 0, rows: null }), {
    step: (optimizer) => attentionStep(model, optimizer, data.queries.train, coins),
  });
  const look = jit(attentionLook(model, data));
  const metrics: Record<string, number> = {};
  const drawn = [0, recipe.evaluateEvery * Math.round(recipe.steps / recipe.evaluateEvery / 2), recipe.steps];
  const view = async (turns: [number, number]): Promise<Seen> => {
    const given = tf.tensor1d(turns);
    const seen = look(device, given);
    const [weights, encoded, raw] = await Promise.all(
      [seen.weights, seen.encoded, seen.raw].map(async (tensor) => await tensor.data() as Float32Array),
    ) as [Float32Array, Float32Array, Float32Array];
    tf.dispose([given, ...Object.values(seen)]);
    return { weights, encoded, raw, turns };
  };
  const lookAt = async (at: number) => {
    const views: Seen[] = [];
    for (const turns of TURNS[variant]) views.push(await view(turns));
    Object.assign(metrics, measuresOf(data, views, at, drawn.includes(at) ? bins : 0));
  };
  try {
    await lookAt(0);
    const { stopped, seconds, memory } = await train(task, {
      steps: recipe.steps,
      label,
      evaluate: { when: (at) => at % recipe.evaluateEvery === 0, run: lookAt },
      advice: advice(recipe),
    });
    if (stopped) return undefined;
    const { ceiling, constant } = references(data);
    // Looks are few, and overconfident ones have a larger loss than the one before training.
    const looked = Object.entries(metrics).filter(([name]) => /^loss@[1-9]/.test(name));
    const [best] = looked.reduce((a, b) => a[1] <= b[1] ? a : b);
    const bestStep = Number(best.slice("loss@".length));
    return {
      metrics: {
        accuracy: metrics[`accuracy@${bestStep}`]!,
        "encoder off": metrics[`encoder off@${bestStep}`]!,
        bestStep,
        specialisation: metrics[`specialisation@${recipe.steps}`]!,
        unevenness: metrics[`unevenness@${recipe.steps}`]!,
        ceiling,
        constant,
        ...metrics,
      },
      seconds,
      steps: recipe.steps,
      parameters: model.parameters.reduce((sum, { count }) => sum + count, 0),
      compiledBytes: memory?.peak ?? null,
    };
  } finally {
    task.dispose();
    look.dispose();
    model.dispose();
    tf.dispose(device as unknown as tf.TensorContainer);
  }
}
