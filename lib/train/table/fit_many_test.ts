import { deepEqual, equal, ok, rejects } from "node:assert/strict";
import * as tf from "@tensorflow/tfjs-core";
import type { EncodedTable, Fold } from "../../data/mod.ts";
import { useEngine } from "../../engine/mod.ts";
import { threefryUniform } from "@spin/xla/threefry";
import { requestStop, resetStop } from "../../progress/stop.ts";
import { fitMany } from "./fit_many.ts";
import type { Recipe } from "./recipe.ts";

const N = 40;

/** Words of two alleles: the target's word is the feature's, turned on by `shift` classes. */
function wordTable(shift: number, columns = 2): EncodedTable {
  const draws = threefryUniform(8, shift, 0, N);
  const column = {
    kind: "categorical" as const,
    classes: ["none", "00", "01", "10", "11"],
    mean: 0,
    deviation: 1,
  };
  const codes = Array.from(draws, (u) => {
    const word = Math.floor(u * 4);
    return [...new Array(columns - 1).fill(1 + word), 1 + (word + shift) % 4];
  });
  return {
    columns: Array.from(
      { length: columns },
      (_, j) => ({ ...column, name: `c${j}`, target: j === columns - 1 }),
    ),
    rows: N,
    values: new Float32Array(0),
    codes: Int32Array.from(codes.flat()),
    missing: new Uint8Array(columns * N),
  };
}

const range = (from: number, to: number) => Int32Array.from({ length: to - from }, (_, i) => from + i);
const FOLD: Fold = { train: range(0, 28), val: range(28, 34), test: range(34, N) };
const FOLDS = [FOLD, FOLD];

const RECIPE: Partial<Recipe> = {
  model: {
    model: "spin",
    predictor: "nested",
    embedding: 8,
    heads: 2,
    depth: 2,
    h: 3,
    f: 2,
    hiddenDropout: 0,
    attentionDropout: 0,
  },
  steps: 60,
  evaluateEvery: 10,
  learningRate: 2e-2,
  labelMask: 0.5,
  chunkMask: true,
  featureMask: 0,
  tradeoff: 0,
  criterion: "imputationR2",
  seed: 3,
};

Deno.test("one set of weights learns two alike tables, the best by the mean of both, and frees its tensors", async () => {
  await useEngine("cpu");
  const before = tf.memory().numTensors;
  const tables = [wordTable(0), wordTable(0)];
  const fitted = await fitMany(tables, FOLDS, RECIPE);
  const { history, best } = fitted;
  equal(best.imputationR2, Math.max(...history.map(({ scores }) => scores.imputationR2!)));
  for (const { scores: { each, imputationR2 } } of history) {
    ok(Math.abs((each[0]!.imputationR2! + each[1]!.imputationR2!) / 2 - imputationR2!) < 1e-9);
  }
  ok(best.imputationR2! > history[0]!.scores.imputationR2! + 0.3, `from ${history[0]!.scores.imputationR2}`);
  const outputs = await fitted.predict(wordTable(1), FOLD, FOLD.test);
  equal(outputs.logits.length, FOLD.test.length * 2 * 5);
  fitted.dispose();
  equal(tf.memory().numTensors, before);
});

Deno.test("on the engine that compiles, all tables share one program of the training step", async () => {
  await useEngine();
  // Little to compile: all labels hidden, and a small model.
  const recipe: Partial<Recipe> = {
    ...RECIPE,
    model: { model: "only-aba", embedding: 2, heads: 1, depth: 1, hiddenDropout: 0, attentionDropout: 0 },
    labelMask: 1,
    steps: 4,
    evaluateEvery: 4,
    batchSize: 10,
  };
  const fitted = await fitMany([wordTable(0), wordTable(1)], FOLDS, recipe);
  equal(fitted.steps, 4);
  fitted.dispose();
  await useEngine("cpu");
});

Deno.test("a stop request ends the training with the weights so far", async () => {
  await useEngine("cpu");
  try {
    requestStop();
    const fitted = await fitMany([wordTable(0), wordTable(1)], FOLDS, RECIPE);
    deepEqual([fitted.steps, fitted.stopped], [1, true]);
    fitted.dispose();
  } finally {
    resetStop();
  }
});

Deno.test("tables that one model cannot have, and a loss that is no number, are named", async () => {
  await useEngine("cpu");
  await rejects(
    fitMany([wordTable(0), wordTable(0, 3)], FOLDS, RECIPE),
    /all like table 0, 40 rows \(28\/6\/6\), 2 columns.*3 columns.*in table 1/,
  );
  await rejects(fitMany([wordTable(0)], FOLDS, RECIPE), /found 1 tables, 2 folds/);
  await rejects(
    fitMany([wordTable(0), wordTable(0)], FOLDS, {
      ...RECIPE,
      learningRate: 1e30,
      steps: 8,
      evaluateEvery: 8,
    }),
    /training loss is (NaN|-?Infinity) at step 8 of 8: the model has diverged/,
  );
});
