import * as tf from "@tensorflow/tfjs-core";
import { deepEqual, equal, match, ok, throws } from "node:assert/strict";
import { PUBLISHED_ATTENTION, twoClusters } from "../../data/synthetic_attention.ts";
import { useEngine } from "../../engine/mod.ts";
import { xlaTest } from "../../engine/support_test.ts";
import { createTableModel } from "../../models/table/mod.ts";
import { readRecords, recordName, type RunRecord } from "../../results/mod.ts";
import { recordOf } from "../../results/support_test.ts";
import { createOptimizer, DEFAULT_OPTIMIZER } from "../../train/optimizer.ts";
import { stepInputs } from "../../train/table/step.ts";
import type { Experiment } from "../experiment.ts";
import { asProfile, KEPT_RECORDS } from "../profiles.ts";
import { run, runOne } from "../run.ts";
import { syntheticAttention as attention } from "./run.ts";
import { attentionSetting } from "./settings.ts";
import {
  attentionData,
  attentionOutputs,
  type AttentionScores,
  attentionScores,
  attentionStep,
  clusterShares,
  labelsOf,
  references,
  specialisation,
  unevenness,
} from "./step.ts";
import { tableAttention, type TableAttentionDetails } from "./table.ts";

Deno.test("every kept record is that of a run", async () => {
  const kept = await readRecords(KEPT_RECORDS);
  for (const experiment of [attention, tableAttention] as unknown as Experiment[]) {
    const own = kept.filter((record) => record.experiment === experiment.name);
    ok(own.length > 0);
    for (const record of own) {
      const settings = experiment.settings(asProfile(record.profile), experiment.changesOf!(record));
      const runs = await experiment.runs(settings);
      ok(runs.some(({ identity }) => recordName(identity!) === recordName(record)), recordName(record));
    }
  }
});

const SIZES = { rows: 40, queries: 24, features: 6 };
const OPTIONS = { h: 2, steps: 4, sizes: SIZES };

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

Deno.test("runs are the published one, then variants on the small table; what there is not is named", async () => {
  const runs = await attention.runs(attention.settings("quick", { seeds: "0,1", smallSeeds: "0,1" }));
  equal(new Set(runs.map(({ identity }) => recordName(identity!))).size, 10);
  deepEqual(runs.map(({ data }) => data).slice(1, 3), ["two-clusters-6600x124", "two-clusters-720x24"]);
  deepEqual(runs[0]!.identity!.configuration, runs[1]!.identity!.configuration);
  throws(() => attention.settings("quick", { variants: "blunt" }), /variants: there is no "blunt"/);
  throws(() => attention.settings("quick", { h: 0 }), /h: expected a positive whole number, found 0/);
  const changes = { variants: "sharp", model: { embedding: 2 }, recipe: { learningRate: 0.5 }, steps: 7 };
  for (const { identity, steps } of await attention.runs(attention.settings("paper", changes))) {
    const { recipe, sharpness } = identity!.configuration as {
      recipe: Record<string, unknown>;
      sharpness: number;
    };
    deepEqual([recipe["learningRate"], recipe["steps"], steps], [0.5, 7, 7]);
    equal(sharpness, identity!.model === "sharp" ? Math.sqrt(24 * 2) : 1);
  }
});

Deno.test("shares by cluster add up; latents of one cluster each are as far apart as can be", () => {
  const cluster = Uint8Array.of(0, 0, 1, 1, 0, 1);
  const apart = Float32Array.of(0.5, 0.25, 0, 0, 0.25, 0, 0, 0, 0.5, 0.5, 0, 0);
  deepEqual(clusterShares(apart, cluster), [[1, 0], [0, 1]]);
  deepEqual(clusterShares(apart, cluster, 3), [[0.5, 0.25, 0.25, 0, 0, 0], [0, 0, 0, 0.5, 0.5, 0]]);
  equal(specialisation(clusterShares(apart, cluster)), 1);
  equal(specialisation([[0.5, 0.5]]), 0);
  ok(Math.abs(unevenness(new Float32Array(12).fill(1 / 6), 6)) < 1e-6);
  ok(Math.abs(unevenness(apart, 6) - (0.5 + 4 / 6) / 2) < 1e-6);
});

Deno.test("without noise the ceiling is 1 and a constant is right half of the time", () => {
  const data = twoClusters({ ...PUBLISHED_ATTENTION, ...SIZES, noise: 0, otherNoise: 0 }, 1);
  deepEqual(references(data), { ceiling: 1, constant: 0.5 });
});

/** A small model and its data on the cpu engine. */
async function small() {
  await useEngine("cpu");
  const data = twoClusters({ ...PUBLISHED_ATTENTION, ...SIZES }, 1);
  const { recipe } = attentionSetting("published", "quick", OPTIONS, 1);
  const model = createTableModel(recipe.model, data.table.columns, 1);
  return { data, model, device: attentionData(data) };
}

Deno.test("attention is shares of all rows, and labels of queries are seen by nobody", async () => {
  const { data, model, device } = await small();
  const outputs = attentionOutputs(model, data);
  const plain = tf.tensor1d([0, 0]);
  const { weights, encoded, raw } = outputs(device, plain);
  deepEqual(weights.shape, [2, 64]);
  for (const sum of tf.sum(weights, 1).dataSync()) ok(Math.abs(sum - 1) < 1e-6);
  deepEqual([encoded.shape, raw.shape], [[24, 4, 2], [24, 4, 2]]);
  ok(tf.max(tf.abs(tf.sub(encoded, raw))).dataSync()[0]! > 1e-4, "H_D matters");

  const other = twoClusters({ ...PUBLISHED_ATTENTION, ...SIZES }, 1);
  const { codes } = other.table;
  for (let row = 40; row < 64; row++) {
    for (let j = 6; j < 10; j++) codes[row * 10 + j] = 1 - codes[row * 10 + j]!;
  }
  const changed = outputs(attentionData(other), plain);
  deepEqual(changed.weights.dataSync(), weights.dataSync());
  deepEqual(changed.encoded.dataSync(), encoded.dataSync());
  const flipped = outputs(device, tf.tensor1d([1, 0]));
  ok(
    tf.max(tf.abs(tf.sub(flipped.encoded, encoded))).dataSync()[0]! > 1e-6,
    "labels of the context are seen",
  );
});

Deno.test("the loss is that of the labels of train queries, weighted with the tradeoff", async () => {
  const { data, model, device } = await small();
  const optimizer = createOptimizer(model.parameters, DEFAULT_OPTIMIZER);
  const lossOf = (given: typeof device) => {
    const step = attentionStep(model, optimizer, data.queries.train, 0);
    const { loss, label, feature } = step(stepInputs(1, 1, 0, 0.25, null), given);
    return [loss, label, feature].map((scalar) => scalar.dataSync()[0]!);
  };
  const [total, label, feature] = lossOf(device);
  ok(Math.abs(total! - 0.75 * label!) < 1e-6);
  equal(feature, 0);
  const other = twoClusters({ ...PUBLISHED_ATTENTION, ...SIZES }, 1);
  for (let row = 48; row < 64; row++) other.table.codes[row * 10 + 9] = 1 - other.table.codes[row * 10 + 9]!;
  equal(lossOf(attentionData(other))[0], total, "labels of other queries do not count");
});

xlaTest("runs train, stop, go on, keep their attention, and are not repeated", async () => {
  const records = await Deno.makeTempDir();
  try {
    const settings = attention.settings("quick", { seeds: "none", variants: "sharp,coins", steps: 4 });
    const [sharp] = await attention.runs(settings);
    equal(await runOne(sharp!, { records, signal: AbortSignal.abort() }), undefined);
    const first = await run(attention, settings, { records });
    deepEqual(first.map(({ model }) => model), ["sharp", "coins"]);
    ok(first.every(({ metrics }) => metrics["accuracy"]! > 0.2 && metrics["bestStep"]! > 0));
    const { evaluations } = first[0]!.details;
    deepEqual(evaluations.map(({ step }) => step), [0, 1, 2, 3, 4]);
    ok(evaluations[0]!.shares![0]! > 0 && evaluations[0]!.shares![0]! < 1);
    deepEqual(await run(attention, settings, { records }), first);
    const { figures, tables } = attention.report(first);
    deepEqual(Object.keys(figures), ["specialisation", "coins"]);
    equal(tables["variants"]!.rows.length, 2);
    for (const figure of Object.values(figures)) ok(figure.outerHTML.length < 25_000);
  } finally {
    await Deno.remove(records, { recursive: true });
  }
});

const scoresOf = (views: Parameters<typeof attentionScores>[1], bins: number): AttentionScores =>
  attentionScores(twoClusters({ ...PUBLISHED_ATTENTION, ...SIZES }, 1), views, bins);

Deno.test("a map has the attention of parts of both clusters; many latents are measured as a whole alone", () => {
  const logits = new Float32Array(24 * 4 * 2);
  const of = (latents: number) =>
    scoresOf([{
      weights: new Float32Array(latents * 64).fill(1 / 64),
      encoded: logits,
      raw: logits,
      flips: [0, 0],
    }], 2);
  deepEqual(of(2).map, [[1, 1, 1, 1], [1, 1, 1, 1]]);
  const many = of(64);
  deepEqual([many.shares, many.map], [null, null]);
  ok(Math.abs(many.loss - Math.LN2) < 1e-6);
  const [record] = recordsOf([0.5], [0.5, 0.5]);
  const { figures } = attention.report([{ ...record!, details: { evaluations: [{ step: 7, ...many }] } }]);
  deepEqual(Object.keys(figures), []);
});

Deno.test("labels are flipped cluster by cluster, for truth and score alike", () => {
  const data = twoClusters({ ...PUBLISHED_ATTENTION, ...SIZES }, 1);
  const [plain, second] = [labelsOf(data, "test"), labelsOf(data, "test", [0, 1])];
  const start = data.queries.test[0];
  plain.forEach((label, at) =>
    equal(second[at], data.cluster[start + Math.floor(at / 4)] ? 1 - label : label)
  );
});

/** An evaluation with the shares of two latents. */
const evaluation = (step: number, shares: number[], special = 0) => ({
  step,
  specialisation: special,
  unevenness: 0,
  loss: 1,
  accuracy: 0.5,
  encoderOff: 0.5,
  shares,
  map: null,
});

Deno.test("without a map, clusters are drawn as wholes", () => {
  const drawn = attention.report(recordsOf([0.5], [0.5, 0.5])).figures["attention"]!.outerHTML;
  ok(drawn.includes("clusters as wholes") && drawn.includes("step 4"));
});

const recordsOf = (values: number[], [accuracy, off]: [number, number]): RunRecord[] =>
  values.map((special, seed) =>
    recordOf({
      experiment: "synthetic-attention",
      model: "published",
      data: { name: "two-clusters-6600x124", sha256: "0" },
      seed,
      metrics: { specialisation: special, accuracy, "encoder off": off, ceiling: 0.9, constant: 0.5 },
      details: { evaluations: [evaluation(0, [0.5, 0.5]), evaluation(4, [1, 0.25], special)] },
    })
  );
const verdictOf = (values: number[], accuracies: [number, number]) =>
  attention.report(recordsOf(values, accuracies)).verdict;

Deno.test("the verdict says whether latents specialise and whether they are needed", () => {
  match(
    verdictOf([0.9, 0.1, 0.2], [0.9, 0.9]),
    /in 1 of 3 trainings each latent reads a cluster of its own.* 3 of 3 learn the labels.* is not needed/,
  );
  match(verdictOf([0.9], [0.9, 0.5]), /in 1 of 1 training .*latents read is needed/);
  match(verdictOf([0.1], [0.5, 0.5]), /^- published, published table: .* None learns the labels\.$/);
  const { tables, figures } = attention.report(recordsOf([0.9, 0.1, 0.2], [0.9, 0.9]));
  deepEqual(tables["published"]!.rows[0]!.cells.map(({ text }) => text).slice(0, 4), [
    "3",
    "0.400",
    "0.100\u00a0to\u00a00.900",
    "0.750",
  ]);
  equal(tables["variants"]!.rows.length, 0);
  deepEqual(Object.keys(figures), ["attention", "shares"]);
});

xlaTest(
  "what SPIN's latents read of Boston housing is kept: shares that add up, a centre for each latent",
  async () => {
    const records = await Deno.makeTempDir();
    try {
      const settings = tableAttention.settings("quick", { steps: 2 });
      const found = await run(tableAttention, settings, { records });
      const { blocks } = (found[0] as RunRecord<TableAttentionDetails>).details;
      const { map, centres } = blocks[0]!;
      deepEqual([map.length, map[0]!.length, centres.length], [10, 10, 10]);
      ok(Math.abs(map[2]!.reduce((sum, share) => sum + share, 0) / 10 - 1) < 0.02);
      deepEqual(await run(tableAttention, settings, { records }), found);
      const { figures, verdict } = tableAttention.report(found);
      match(verdict, /XABD 1 of SPIN .*0\.50 is even/);
      ok(figures["attention"]!.outerHTML.includes("highest prices"));
    } finally {
      await Deno.remove(records, { recursive: true });
    }
  },
);
