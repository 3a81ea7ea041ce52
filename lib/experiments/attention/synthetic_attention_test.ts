import { deepEqual, equal, match, ok, throws } from "node:assert/strict";
import * as tf from "@tensorflow/tfjs-core";
import { PUBLISHED_ATTENTION, syntheticAttention } from "../../data/synthetic_attention.ts";
import { useEngine } from "../../engine/mod.ts";
import { xlaTest } from "../../engine/testing.ts";
import { recordName, type RunRecord } from "../../results/mod.ts";
import { recordOf } from "../../results/testing.ts";
import { createTableModel } from "../../models/table/mod.ts";
import { createOptimizer, DEFAULT_OPTIMIZER } from "../../train/optimizer.ts";
import { stepInputs } from "../../train/table/step.ts";
import { runSyntheticAttention, syntheticAttentionRuns } from "./synthetic_attention.ts";
import { attentionFigure, shareFigure, specialisationFigure } from "./synthetic_attention_figures.ts";
import {
  labelsOf,
  measuresOf,
  references,
  sharesOf,
  specialisation,
  unevenness,
} from "./synthetic_attention_measures.ts";
import { asAttentionVariants, ATTENTION_VARIANTS, attentionSetting } from "./synthetic_attention_settings.ts";
import { attentionData, attentionLook, attentionStep } from "./synthetic_attention_step.ts";
import { syntheticAttentionTable, syntheticAttentionVerdict } from "./synthetic_attention_tables.ts";

const SIZES = { rows: 40, queries: 24, features: 6 };
const CHOICE = { h: 2, steps: 4, sizes: SIZES };

Deno.test("the published setting is that of the reference", () => {
  const { recipe, sizes, sharpness } = attentionSetting("published", "paper", { h: 2 }, 42);
  const { model, steps, learningRate, flatShare, tradeoff, featureMask, labelMask, batchSize } = recipe;
  deepEqual(
    [
      model.model,
      model.embedding,
      model.heads,
      model.depth,
      model.h,
      model.f,
      model.abla,
      model.hiddenDropout,
    ],
    ["perceiver-d", 32, 1, 1, 2, 10, false, 0.4],
  );
  deepEqual(
    [steps, learningRate, flatShare, tradeoff, featureMask, labelMask, batchSize],
    [15_000, 1e-3, 0.7, 0.5, 0, 1, -1],
  );
  deepEqual([sizes, sharpness], [PUBLISHED_ATTENTION, 1]);
  equal(attentionSetting("sharp", "paper", { h: 2 }, 42).sharpness, Math.sqrt(124 * 32));
});

Deno.test("runs are variants and seeds, each with a record of its own; what there is not is named", () => {
  const config = { profile: "quick" as const, variants: ATTENTION_VARIANTS, seeds: [0, 1], h: 2 };
  const runs = syntheticAttentionRuns(config);
  equal(new Set(runs.map(({ identity }) => recordName(identity))).size, 8);
  deepEqual(runs[0]!.identity.configuration, runs[1]!.identity.configuration);
  equal(runs[0]!.identity.data.name, "two-clusters-6600x124");
  throws(() => asAttentionVariants(["blunt"]), /variants: expected some of published, .*found "blunt"/);
  throws(() => syntheticAttentionRuns({ ...config, h: 0 }), /h: expected a positive whole number, found 0/);
});

Deno.test("shares by cluster add up; latents of one cluster each are as far apart as can be", () => {
  const cluster = Uint8Array.of(0, 0, 1, 1, 0, 1);
  const apart = Float32Array.of(0.5, 0.25, 0, 0, 0.25, 0, 0, 0, 0.5, 0.5, 0, 0);
  deepEqual(sharesOf(apart, cluster), [[1, 0], [0, 1]]);
  deepEqual(sharesOf(apart, cluster, 3), [[0.5, 0.25, 0.25, 0, 0, 0], [0, 0, 0, 0.5, 0.5, 0]]);
  equal(specialisation(sharesOf(apart, cluster)), 1);
  equal(specialisation([[0.5, 0.5]]), 0);
  ok(Math.abs(unevenness(new Float32Array(12).fill(1 / 6), 6)) < 1e-6);
  ok(Math.abs(unevenness(apart, 6) - (0.5 + 4 / 6) / 2) < 1e-6);
});

Deno.test("without noise the ceiling is 1 and a constant is right half of the time", () => {
  const data = syntheticAttention({ ...PUBLISHED_ATTENTION, ...SIZES, noise: 0, otherNoise: 0 }, 1);
  deepEqual(references(data), { ceiling: 1, constant: 0.5 });
});

/** A small model and its data on the cpu engine. */
async function small() {
  await useEngine("cpu");
  const data = syntheticAttention({ ...PUBLISHED_ATTENTION, ...SIZES }, 1);
  const { recipe } = attentionSetting("published", "quick", CHOICE, 1);
  const model = createTableModel(recipe.model, data.table.columns, 1);
  return { data, model, device: attentionData(data) };
}

Deno.test("attention is shares of all rows, and labels of queries are seen by nobody", async () => {
  const { data, model, device } = await small();
  const look = attentionLook(model, data);
  const turn = tf.tensor1d([0, 0]);
  const { weights, encoded, raw } = look(device, turn);
  deepEqual(weights.shape, [2, 64]);
  for (const sum of tf.sum(weights, 1).dataSync()) ok(Math.abs(sum - 1) < 1e-6);
  deepEqual([encoded.shape, raw.shape], [[24, 4, 2], [24, 4, 2]]);
  ok(tf.max(tf.abs(tf.sub(encoded, raw))).dataSync()[0]! > 1e-4, "H_D matters");

  const other = syntheticAttention({ ...PUBLISHED_ATTENTION, ...SIZES }, 1);
  const { codes } = other.table;
  for (let row = 40; row < 64; row++) {
    for (let j = 6; j < 10; j++) codes[row * 10 + j] = 1 - codes[row * 10 + j]!;
  }
  const changed = look(attentionData(other), turn);
  deepEqual(changed.weights.dataSync(), weights.dataSync());
  deepEqual(changed.encoded.dataSync(), encoded.dataSync());
  const turned = look(device, tf.tensor1d([1, 0]));
  ok(tf.max(tf.abs(tf.sub(turned.encoded, encoded))).dataSync()[0]! > 1e-6, "labels of the context are seen");
});

Deno.test("the loss is that of the labels of train queries, weighted with the tradeoff", async () => {
  const { data, model, device } = await small();
  const optimizer = createOptimizer(model.parameters, DEFAULT_OPTIMIZER);
  const lossOf = (given: typeof device) => {
    const step = attentionStep(model, optimizer, data.queries.train, 0);
    const { loss, label, feature } = step(stepInputs(1, 1, 0, 0.25, null), given);
    return [total, label, feature].map((loss) => loss.dataSync()[0]!);
  };
  const [total, label, feature] = lossOf(device);
  ok(Math.abs(total! - 0.75 * label!) < 1e-6);
  equal(feature, 0);
  const other = syntheticAttention({ ...PUBLISHED_ATTENTION, ...SIZES }, 1);
  for (let row = 48; row < 64; row++) other.table.codes[row * 10 + 9] = 1 - other.table.codes[row * 10 + 9]!;
  equal(lossOf(attentionData(other))[0], total, "labels of other queries do not count");
});

xlaTest("runs train, keep their attention, and are not repeated", async () => {
  const records = await Deno.makeTempDir();
  try {
    const config = {
      ...CHOICE,
      profile: "quick" as const,
      variants: asAttentionVariants(["sharp", "coins"]),
      seeds: [1],
      records,
    };
    const first = await runSyntheticAttention(config);
    deepEqual(first.map(({ model }) => model), ["sharp", "coins"]);
    ok(first.every(({ metrics }) => metrics["accuracy"]! > 0.2 && metrics["bestStep"]! >= 0));
    const { metrics } = first[0]!;
    ok(metrics["latent 1@0"]! > 0 && metrics["latent 1@0"]! < 1);
    const parts = Object.keys(metrics).filter((name) => /^map 2 \d+@4$/.test(name));
    ok(Math.abs(parts.reduce((sum, name) => sum + metrics[name]!, 0) / parts.length - 1) < 1e-2);
    deepEqual(await runSyntheticAttention(config), first);
    for (const figure of [attentionFigure(first[0]!), shareFigure(first[0]!), specialisationFigure(first)]) {
      ok(figure.outerHTML.length < 25_000);
    }
  } finally {
    await Deno.remove(records, { recursive: true });
  }
});

Deno.test("as many latents as rows are only measured as a whole", () => {
  const data = syntheticAttention({ ...PUBLISHED_ATTENTION, ...SIZES }, 1);
  const weights = new Float32Array(64 * 64).fill(1 / 64);
  const logits = new Float32Array(24 * 4 * 2);
  const measures = measuresOf(data, [{ weights, encoded: logits, raw: logits, turns: [0, 0] }], 7, 20);
  deepEqual(Object.keys(measures), [
    "specialisation@7",
    "unevenness@7",
    "loss@7",
    "accuracy@7",
    "encoder off@7",
  ]);
  ok(Math.abs(measures["loss@7"]! - Math.LN2) < 1e-6);
  throws(() => attentionFigure(recordOf({ metrics: measures })), /expected a map of attention, found none/);
});

Deno.test("labels are turned cluster by cluster, for truth and score alike", () => {
  const data = syntheticAttention({ ...PUBLISHED_ATTENTION, ...SIZES }, 1);
  const [plain, second] = [labelsOf(data, "test"), labelsOf(data, "test", [0, 1])];
  const start = data.queries.test[0];
  plain.forEach((label, at) =>
    equal(second[at], data.cluster[start + Math.floor(at / 4)] ? 1 - label : label)
  );
});

Deno.test("without a map, clusters are drawn as wholes", () => {
  const metrics = { "latent 1@0": 0.5, "latent 2@0": 0.5, "latent 1@9": 1, "latent 2@9": 0 };
  const drawn = attentionFigure(recordOf({ metrics })).outerHTML;
  ok(drawn.includes("clusters as wholes") && drawn.includes("step 9"));
});

const recordsOf = (values: number[], [accuracy, off]: [number, number]): RunRecord[] =>
  values.map((special, seed) => ({
    experiment: "synthetic-attention",
    model: "published",
    seed,
    steps: 4,
    metrics: {
      specialisation: special,
      "latent 1@4": 1,
      "latent 2@4": 0.25,
      accuracy,
      "encoder off": off,
      ceiling: 0.9,
      constant: 0.5,
    },
  } as unknown as RunRecord));

Deno.test("the verdict says whether latents specialise and whether they are needed", () => {
  const needless = recordsOf([0.9, 0.1, 0.2], [0.9, 0.9]);
  match(
    syntheticAttentionVerdict(needless),
    /a cluster each in 1 of 3 .*learned in 3 \(with a cluster each in 1 of these\).* is not needed/,
  );
  match(syntheticAttentionVerdict(recordsOf([0.9], [0.9, 0.5])), /in 1 of 1 .*latents read is needed/);
  match(syntheticAttentionVerdict(recordsOf([0.1], [0.5, 0.5])), /labels are learned in 0\.$/);
  deepEqual(syntheticAttentionTable(needless).rows[0]!.cells.map(({ text }) => text).slice(0, 4), [
    "3",
    "0.400",
    "0.100\u00a0to\u00a00.900",
    "0.750",
  ]);
});
