import { deepEqual, equal, ok, rejects } from "node:assert/strict";
import * as tf from "@tensorflow/tfjs-core";
import type { EncodedTable, Fold } from "../../data/mod.ts";
import { useEngine } from "../../engine/mod.ts";
import { threefryUniform } from "@spin/xla/threefry";
import { requestStop, resetStop } from "../../progress/stop.ts";
import { fit } from "./fit.ts";
import type { Recipe } from "./recipe.ts";
import { score } from "./score.ts";

const N = 40;

/** Two numeric features, one of three classes, and a numeric target that is their sum. */
function smallTable(): EncodedTable {
  const draws = threefryUniform(7, 0, 0, 3 * N);
  const values = new Float32Array(N * 3);
  const codes = new Int32Array(N);
  for (let i = 0; i < N; i++) {
    const [a, b] = [draws[3 * i]! * 2 - 1, draws[3 * i + 1]! * 2 - 1];
    codes[i] = Math.floor(draws[3 * i + 2]! * 3);
    values.set([a, b, a + b + codes[i]! - 1], 3 * i);
  }
  const column = { target: false, classes: [] as string[], mean: 0, deviation: 1 };
  return {
    columns: [
      { ...column, name: "a", kind: "numeric" },
      { ...column, name: "kind", kind: "categorical", classes: ["x", "y", "z"] },
      { ...column, name: "b", kind: "numeric" },
      { ...column, name: "sum", kind: "numeric", target: true },
    ],
    rows: N,
    values,
    codes,
    missing: new Uint8Array(4 * N),
  };
}

const range = (from: number, to: number) => Int32Array.from({ length: to - from }, (_, i) => from + i);
const FOLD: Fold = { train: range(0, 28), val: range(28, 34), test: range(34, N) };

const RECIPE: Partial<Recipe> = {
  model: {
    model: "spin",
    predictor: "nested",
    embedding: 8,
    heads: 2,
    depth: 2,
    h: 3,
    f: 2,
    hiddenDropout: 0.1,
    attentionDropout: 0.1,
  },
  steps: 6,
  evaluateEvery: 3,
  learningRate: 5e-3,
  labelMask: 0.5,
  seed: 3,
};

const predictionsOf = async (recipe: Partial<Recipe>, checkpoint?: string) => {
  const table = smallTable();
  const fitted = await fit(
    table,
    FOLD,
    recipe,
    { checkpoint },
  );
  const { values } = await fitted.predictor.predict(table, FOLD.test);
  const { best, steps } = fitted;
  const history = fitted.history.map(({ seconds: _, ...rest }) => rest);
  fitted.dispose();
  return { values, history, best, steps };
};

Deno.test("training lowers the error of the validation rows, and leaves no tensor behind", async () => {
  await useEngine("cpu");
  const table = smallTable();
  const before = tf.memory().numTensors;
  const model = { ...RECIPE.model, hiddenDropout: 0, attentionDropout: 0 };
  const fitted = await fit(table, FOLD, {
    ...RECIPE,
    model,
    steps: 80,
    evaluateEvery: 20,
    learningRate: 2e-2,
    featureMask: 0,
    tradeoff: 0,
  });
  const losses = fitted.history.map(({ scores }) => scores.validation);
  ok(fitted.best.validation < 0.5 * losses[0]!, `from ${losses[0]} to ${fitted.best.validation}`);
  const tested = score(table, FOLD.test, await fitted.predictor.predict(table, FOLD.test));
  ok(tested.metrics["rmse"]! < 1, `rmse ${tested.metrics["rmse"]}`);
  fitted.dispose();
  equal(tf.memory().numTensors, before);
});

Deno.test("the same seed gives the same bits, another seed others", async () => {
  await useEngine("cpu");
  const first = await predictionsOf(RECIPE);
  deepEqual(await predictionsOf(RECIPE), first);
  ok((await predictionsOf({ ...RECIPE, seed: 4 })).values.some((value, i) => value !== first.values[i]));
});

Deno.test("every mode of inference and kind of batch trains and predicts", async () => {
  await useEngine("cpu");
  const recipes: Partial<Recipe>[] = [
    { inference: "latent" },
    { inference: "recompute", batchSize: 12 },
    { transductive: false, batchSize: 10, labelMask: 1 },
    { model: { ...RECIPE.model, model: "npt", predictor: "flat" } },
    { model: { ...RECIPE.model, model: "perceiver-e" }, schedule: "linear_warmup" },
  ];
  for (const change of recipes) {
    const { values } = await predictionsOf({ ...RECIPE, steps: 2, evaluateEvery: 2, ...change });
    equal(values.length, 6 * 3);
    ok(values.every(Number.isFinite), JSON.stringify(change));
  }
});

/** Words of two alleles: the target's word is the feature's. */
function wordTable(): EncodedTable {
  const column = {
    kind: "categorical" as const,
    classes: ["none", "00", "01", "10", "11"],
    mean: 0,
    deviation: 1,
  };
  const draws = threefryUniform(8, 0, 0, N);
  return {
    columns: [{ ...column, name: "x0", target: false }, { ...column, name: "y0", target: true }],
    rows: N,
    values: new Float32Array(0),
    codes: Int32Array.from({ length: 2 * N }, (_, i) => 1 + Math.floor(draws[i >> 1]! * 4)),
    missing: new Uint8Array(2 * N),
  };
}

Deno.test("batches can keep the shares of the classes to be predicted, where there are such", async () => {
  const table = smallTable();
  const columns = table.columns.map((column) => ({ ...column, target: column.name === "kind" }));
  const recipe = { ...RECIPE, batchSize: 10, balanceClasses: true };
  const fitted = await fit({ ...table, columns }, FOLD, recipe);
  equal(fitted.steps, 6);
  fitted.dispose();
  await rejects(fit(table, FOLD, recipe), /"balanceClasses": expected a table with one target, of classes/);
});

Deno.test("words of alleles are learned with whole rows masked, the best weights chosen by their R²", async () => {
  await useEngine("cpu");
  const fitted = await fit(wordTable(), FOLD, {
    ...RECIPE,
    model: { ...RECIPE.model, hiddenDropout: 0, attentionDropout: 0 },
    steps: 40,
    evaluateEvery: 10,
    learningRate: 2e-2,
    featureMask: 0,
    tradeoff: 0,
    chunkMask: true,
    criterion: "imputationR2",
  });
  const looks = fitted.history.map(({ scores }) => scores.imputationR2!);
  const { best } = fitted;
  fitted.dispose();
  equal(best.imputationR2, Math.max(...looks));
  ok(best.imputationR2! > looks[0]! + 0.3, `R² ${looks}`);
  await rejects(
    predictionsOf({ ...RECIPE, criterion: "imputationR2" }),
    /"sum": expected 2\^K \+ 1 classes/,
  );
});

Deno.test("with kept latents a prediction does not depend on the rows beside it", async () => {
  await useEngine("cpu");
  const table = smallTable();
  const fitted = await fit(table, FOLD, { ...RECIPE, steps: 2, evaluateEvery: 2 });
  const all = await fitted.predictor.predict(table);
  const some = await fitted.predictor.predict(table, Int32Array.of(37, 5));
  fitted.dispose();
  const rowOf = (values: Float32Array, row: number) => [...values.subarray(3 * row, 3 * row + 3)];
  for (const [at, row] of [[0, 37], [1, 5]] as const) {
    rowOf(some.values, at).forEach((value, j) => ok(Math.abs(value - rowOf(all.values, row)[j]!) < 1e-5));
  }
});

Deno.test("labels of validation and test rows change nothing in training", async () => {
  await useEngine("cpu");
  const run = async (table: EncodedTable) => {
    const fitted = await fit(table, { ...FOLD, val: Int32Array.of(), test: range(28, N) }, {
      ...RECIPE,
      steps: 3,
      evaluateEvery: 3,
    });
    const { values } = await fitted.predictor.predict(table, FOLD.test);
    fitted.dispose();
    return values;
  };
  const other = smallTable();
  for (let row = 28; row < N; row++) other.values[3 * row + 2] = 100;
  deepEqual(await run(other), await run(smallTable()));
});

Deno.test("a training that was interrupted goes on to the same bits", async () => {
  await useEngine("cpu");
  const folder = await Deno.makeTempDir();
  try {
    const file = `${folder}/state.safetensors`;
    const whole = await predictionsOf(RECIPE);
    requestStop();
    equal((await predictionsOf(RECIPE, file)).steps, 1);
    resetStop();
    deepEqual(await predictionsOf(RECIPE, file), whole);
    await rejects(
      predictionsOf({ ...RECIPE, learningRate: 1 }, file),
      /another recipe; remove it to start anew/,
    );
    await Deno.writeFile(file, (await Deno.readFile(file)).subarray(0, 1000));
    await rejects(predictionsOf(RECIPE, file), /state\.safetensors/);
  } finally {
    resetStop();
    await Deno.remove(folder, { recursive: true });
  }
});

Deno.test("a loss that is not a number ends the training with advice", async () => {
  await useEngine("cpu");
  await rejects(
    predictionsOf({ ...RECIPE, learningRate: 1e30, steps: 8, evaluateEvery: 8 }),
    /training loss is (NaN|-?Infinity) at step 8 of 8: the model has diverged; lower the learning rate/,
  );
});
