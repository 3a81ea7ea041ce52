import { deepEqual, equal, notDeepEqual, ok, throws } from "node:assert/strict";
import * as tf from "@tensorflow/tfjs-core";
import { createRng, useEngine } from "../../engine/mod.ts";
import { valueAndGradients } from "../../train/gradients.ts";
import { tableLoss } from "../../train/table/loss.ts";
import { hideCells } from "./columns.ts";
import { type Cells, createTableModel, MODEL_KINDS, type ModelColumn, type TableModelConfig } from "./mod.ts";

const NUMERIC: ModelColumn = { kind: "numeric", classes: [] };
const THREE: ModelColumn = { kind: "categorical", classes: ["a", "b", "c"] };
const TWO: ModelColumn = { kind: "categorical", classes: ["a", "b"] };
const COLUMNS = [NUMERIC, THREE, TWO, NUMERIC];
const SMALL: Partial<TableModelConfig> = { embedding: 4, heads: 2, depth: 2, h: 3, f: 2 };

/** Rows with all cells shown, a function of `seed` alone. */
function rowsOf(n: number, columns: ModelColumn[], seed: number): Cells {
  const rng = createRng(tf.tensor1d([seed, 0], "int32"));
  const classes = columns.filter((c) => c.kind === "categorical").map((c) => c.classes.length);
  const width = Math.max(0, ...classes);
  const codes = classes.map((c) => Array.from(rng.uniform([n]).dataSync(), (u) => Math.floor(u * c)));
  const onehot = Float32Array.from(
    { length: n * classes.length * width },
    (_, k) =>
      codes[Math.floor(k / width) % classes.length]![Math.floor(k / width / classes.length)] === k % width
        ? 1
        : 0,
  );
  return {
    values: rng.normal([n, columns.length - classes.length]) as tf.Tensor2D,
    onehot: tf.tensor3d(onehot, [n, classes.length, width]),
    mask: tf.zeros([n, columns.length]),
  };
}

const rowsFrom = (cells: Cells, start: number, size: number): Cells => ({
  values: tf.slice(cells.values, [start, 0], [size, -1]),
  onehot: tf.slice(cells.onehot, [start, 0, 0], [size, -1, -1]),
  mask: tf.slice(cells.mask, [start, 0], [size, -1]),
});

const valuesOf = ({ values, logits }: { values: tf.Tensor; logits: tf.Tensor }) => [
  ...values.dataSync(),
  ...logits.dataSync(),
];

function close(found: ArrayLike<number>, expected: ArrayLike<number>, tolerance = 1e-5): void {
  equal(found.length, expected.length);
  for (let i = 0; i < expected.length; i++) {
    ok(
      Math.abs(found[i]! - expected[i]!) <= tolerance,
      `element ${i}: expected ${expected[i]}, found ${found[i]}`,
    );
  }
}

const EVERY_MODEL: Partial<TableModelConfig>[] = [
  ...MODEL_KINDS.map((model) => ({ model })),
  { model: "spin", predictor: "nested" },
  { model: "spin", decoderBoth: false },
];

for (const config of EVERY_MODEL) {
  for (const columns of [COLUMNS, [NUMERIC, NUMERIC, NUMERIC], [TWO, THREE]]) {
    const kinds = columns.map((c) => c.kind[0]).join("");
    Deno.test(`${JSON.stringify(config)} predicts every cell of a table of columns ${kinds}`, async () => {
      await useEngine("cpu");
      const model = createTableModel({ ...SMALL, ...config }, columns, 1);
      const { values, logits } = model.forward(rowsOf(5, columns, 2));
      const categorical = columns.filter((c) => c.kind === "categorical").length;
      deepEqual(values.shape, [5, columns.length - categorical]);
      deepEqual(logits.shape, [5, categorical, categorical ? 3 : 0]);
      ok([...values.dataSync(), ...logits.dataSync()].every(Number.isFinite));
      model.dispose();
    });
  }
}

Deno.test("classes that a column does not have get no probability", async () => {
  await useEngine("cpu");
  const model = createTableModel(SMALL, COLUMNS, 1);
  const { logits } = model.forward(rowsOf(5, COLUMNS, 2));
  const absent = tf.slice(tf.softmax(logits), [0, 1, 2], [5, 1, 1]).dataSync();
  deepEqual([...absent], [0, 0, 0, 0, 0]);
  model.dispose();
});

for (const predictor of ["flat", "nested"] as const) {
  Deno.test(`${predictor}: kept latents predict the encoded rows as the whole model does`, async () => {
    await useEngine("cpu");
    const model = createTableModel({ ...SMALL, predictor }, COLUMNS, 1);
    const rows = rowsOf(6, COLUMNS, 2);
    const kept = model.encode!(rows);
    deepEqual(kept.shape, [1, 3, 8]);
    close(valuesOf(model.predict!(rows, kept)), valuesOf(model.forward(rows)));
    model.dispose();
  });

  Deno.test(`${predictor}: with kept latents a query does not see other queries, but does see the encoded rows`, async () => {
    await useEngine("cpu");
    const model = createTableModel({ ...SMALL, predictor }, COLUMNS, 1);
    const queries = rowsOf(4, COLUMNS, 3);
    const kept = model.encode!(rowsOf(6, COLUMNS, 2));
    const alone = model.predict!(rowsFrom(queries, 1, 1), kept);
    const together = model.predict!(queries, kept);
    close(
      valuesOf(alone),
      valuesOf({ values: rowSlice(together.values), logits: rowSlice(together.logits) }),
    );
    const other = model.predict!(queries, model.encode!(rowsOf(6, COLUMNS, 9)));
    notDeepEqual(valuesOf(other), valuesOf(together));
    model.dispose();
  });
}

const rowSlice = (x: tf.Tensor) => tf.slice(x, 1, 1);

Deno.test("without the encoder a prediction depends on its own row alone; with it on all rows", async () => {
  await useEngine("cpu");
  const model = createTableModel(SMALL, COLUMNS, 1);
  const rows = rowsOf(5, COLUMNS, 2);
  for (const encode of [false, true]) {
    const alone = valuesOf(model.forward(rowsFrom(rows, 1, 1), { encode }));
    const { values, logits } = model.forward(rows, { encode });
    const together = valuesOf({ values: rowSlice(values), logits: rowSlice(logits) });
    const largest = Math.max(...alone.map((value, i) => Math.abs(value - together[i]!)));
    equal(largest < 1e-5, !encode, `encode ${encode}: largest difference ${largest}`);
  }
  model.dispose();
});

Deno.test("equal seeds give equal models, other seeds others; dropout needs a source of random numbers", async () => {
  await useEngine("cpu");
  const rows = rowsOf(5, COLUMNS, 2);
  const predict = (seed: number, key?: number) => {
    const model = createTableModel(SMALL, COLUMNS, seed);
    const rng = key === undefined ? undefined : createRng(tf.tensor1d([key, 0], "int32"));
    const values = valuesOf(model.forward(rows, { rng }));
    model.dispose();
    return values;
  };
  deepEqual(predict(1), predict(1));
  notDeepEqual(predict(1), predict(2));
  deepEqual(predict(1, 5), predict(1, 5));
  notDeepEqual(predict(1, 5), predict(1, 6));
});

Deno.test("cells of another table are refused with the expected shape", async () => {
  await useEngine("cpu");
  const model = createTableModel(SMALL, COLUMNS, 1);
  throws(
    () => model.forward(rowsOf(5, [NUMERIC, TWO], 2)),
    /mask of the cells: expected shape \[any, 4\], found \[5, 2\]/,
  );
  model.dispose();
});

Deno.test("the gradient of nested SPIN is the slope of its loss", async () => {
  await useEngine("cpu");
  const model = createTableModel({ ...SMALL, predictor: "nested", depth: 2 }, COLUMNS, 4);
  const { layout, parameters } = model;
  const truth = rowsOf(6, COLUMNS, 2);
  const labels = tf.tile(tf.tensor2d([[0, 0, 0, 1]]), [6, 1]) as tf.Tensor2D;
  const features = tf.tile(tf.tensor2d([[0, 1, 0, 0]]), [6, 1]) as tf.Tensor2D;
  const cells = hideCells(layout, truth, tf.add(labels, features));
  const lossOf = () => tableLoss(layout, model.forward(cells), truth, labels, features, tf.scalar(0.5)).total;
  const variables = parameters.map((p) => p.variable);
  const { gradients } = valueAndGradients(() => ({ loss: lossOf(), more: {} }), variables);
  const step = 1e-2;
  for (const [i, { name, variable }] of parameters.entries()) {
    const direction = tf.randomNormal(variable.shape, 0, 1, "float32", i + 1);
    const unit = tf.div(direction, tf.norm(direction));
    const start = variable.clone();
    const at = (distance: number) => {
      variable.assign(tf.add(start, tf.mul(unit, distance)));
      return lossOf().dataSync()[0]!;
    };
    const slope = (8 * (at(step) - at(-step)) - (at(2 * step) - at(-2 * step))) / (12 * step);
    variable.assign(start);
    const expected = tf.sum(tf.mul(gradients[i]!, unit)).dataSync()[0]!;
    ok(
      Math.abs(slope - expected) < 2e-4 + 0.01 * Math.abs(expected),
      `${name}: gradient ${expected}, slope ${slope}`,
    );
  }
  model.dispose();
});
