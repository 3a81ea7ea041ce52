import { deepEqual, equal, ok } from "node:assert/strict";
import * as tf from "@tensorflow/tfjs-core";
import { useEngine } from "../engine/mod.ts";
import { DEFAULT_ATTENTION, mab } from "../nn/mab.ts";
import { createInit, type Parameter } from "../nn/parameters.ts";
import { createTableModel, type TableModelConfig } from "../models/table/mod.ts";
import { blockToReference, type ReferenceTensor, scatterReference, toReference } from "./reference_names.ts";
import { columnOf } from "./columns.ts";

// Small models with parameters by formula, computed once with the official code in double precision.

/** Every tensor holds 0.25 sin(1 + 0.7 k), k counting its elements; LayerNorm gains hold 1 more. */
function fillBySine(reference: ReferenceTensor[], parameters: Parameter[]): void {
  const values = scatterReference(reference, parameters, (name) => {
    const { shape } = reference.find((tensor) => tensor.name === name)!;
    const offset = /ln\d\.weight$/.test(name) ? 1 : 0;
    return Array.from(
      { length: shape.reduce((a, b) => a * b, 1) },
      (_, k) => offset + 0.25 * Math.sin(1 + 0.7 * k),
    );
  });
  parameters.forEach((p, i) => p.variable.assign(tf.tensor(values[i]!, p.shape)));
}

function near(found: ArrayLike<number>, expected: number[], tolerance: number): void {
  equal(found.length, expected.length);
  expected.forEach((value, i) => {
    ok(Math.abs(found[i]! - value) <= tolerance, `element ${i}: expected ${value}, found ${found[i]}`);
  });
}

Deno.test("one attention block gives the values of the official code", async () => {
  await useEngine("cpu");
  const init = createInit(0);
  const block = mab(init, "mab", { dimQ: 4, dimKV: 6, dimEmb: 4, dimOut: 4 }, {
    ...DEFAULT_ATTENTION,
    heads: 2,
  });
  fillBySine(blockToReference(init.parameters, (name) => name.replace("mab.", "")), init.parameters);
  const x = tf.tensor3d(
    Array.from({ length: 12 }, (_, k) => Math.cos(0.5 * Math.floor(k / 4) + 0.3 * (k % 4))),
    [1, 3, 4],
  );
  const y = tf.tensor3d(
    Array.from({ length: 12 }, (_, k) => Math.sin(0.4 * Math.floor(k / 6) - 0.2 * (k % 6))),
    [1, 2, 6],
  );
  // deno-fmt-ignore
  near(block(x, y).dataSync(), [
    1.625885, -0.008072, 0.936176, -0.677201,
    1.460534, 0.190188, 0.709433, -0.437506,
    1.170239, 0.464920, 0.402936, -0.106655,
  ], 2e-6);
});

const SMALL = { embedding: 4, heads: 2, depth: 2, h: 2, f: 2, decoderBoth: false };
const COLUMNS = [0, 2, 0].map(columnOf);
const ROWS = 4;

/** Cells whose channel c of column j in row r is cos(r + 2j + 3c); not one-hot, which the models need not notice. */
function cosineCells() {
  const at = (r: number, j: number, c: number) => Math.cos(r + 2 * j + 3 * c);
  const rows = Array.from({ length: ROWS }, (_, r) => r);
  return {
    values: tf.tensor2d(rows.map((r) => [at(r, 0, 0), at(r, 2, 0)])),
    onehot: tf.tensor3d(rows.map((r) => [[at(r, 1, 0), at(r, 1, 1)]])),
    mask: tf.tensor2d(rows.map((r) => [at(r, 0, 1), at(r, 1, 2), at(r, 2, 1)])),
  };
}

interface Example {
  config: Partial<TableModelConfig>;
  encode?: boolean;
  parameters: number;
  /** Parameters that the official code allocates for this model and never uses. */
  unused?: number;
  values: [number[], number[]];
  logits: number[];
}

// deno-fmt-ignore
const EXAMPLES: Record<string, Example> = {
  "NPT": {
    config: { model: "npt" }, parameters: 2384,
    values: [[.68599, .68606, .68604, .68595], [.68396, .68394, .68385, .68379]],
    logits: [.60091, -.10296, .60088, -.10289, .60093, -.10295, .60102, -.10309],
  },
  "the Set Transformer": {
    config: { model: "set-transformer" }, parameters: 4720,
    values: [[.68947, .68955, .68953, .68943], [.68608, .68606, .68598, .68591]],
    logits: [.60190, -.10358, .60187, -.10350, .60192, -.10357, .60201, -.10371],
  },
  "SPIN": {
    config: { model: "spin" }, parameters: 3520,
    values: [[.82887, .82975, .82964, .82864], [.68321, .68310, .68203, .68099]],
    logits: [-.47325, .77190, -.47392, .77201, -.47290, .77153, -.47111, .77090],
  },
  "SPIN without its encoder": {
    config: { model: "spin" }, encode: false, parameters: 3520,
    values: [[.66850, .66939, .66930, .66833], [.68392, .68379, .68276, .68176]],
    logits: [-.33404, .74326, -.33470, .74336, -.33371, .74291, -.33198, .74231],
  },
  "SPIN with both decoders": {
    config: { model: "spin", decoderBoth: true }, parameters: 3784,
    values: [[.84232, .84274, .84275, .84233], [.64184, .64145, .64107, .64104]],
    logits: [-.44896, .75668, -.44899, .75659, -.44865, .75642, -.44826, .75633],
  },
  "SPIN with both decoders, without its encoder": {
    config: { model: "spin", decoderBoth: true }, encode: false, parameters: 3784,
    values: [[.68266, .68309, .68310, .68269], [.64409, .64371, .64335, .64335]],
    logits: [-.31111, .72890, -.31114, .72882, -.31083, .72867, -.31046, .72859],
  },
  "perceiver_D": {
    config: { model: "perceiver-d" }, parameters: 4520, unused: 1208,
    values: [[.67059, .67147, .67139, .67043], [.67398, .67385, .67282, .67184]],
    logits: [-.32708, .73941, -.32773, .73951, -.32675, .73906, -.32504, .73848],
  },
  "perceiver_E": {
    config: { model: "perceiver-e" }, parameters: 1408,
    values: [[.68759, .68516, .67998, .67677], [.67729, .68236, .68602, .68497]],
    logits: [.59809, -.09991, .59807, -.10035, .59815, -.10080, .59826, -.10084],
  },
  "perceiver_E without its encoder": {
    config: { model: "perceiver-e" }, encode: false, parameters: 1408,
    values: [[.68467, .68219, .67692, .67365], [.67434, .67941, .68305, .68199]],
    logits: [.59750, -.09740, .59745, -.09779, .59745, -.09809, .59749, -.09802],
  },
};

for (const [name, { config, encode, parameters, unused = 0, values, logits }] of Object.entries(EXAMPLES)) {
  Deno.test(`small models of the official code: ${name}`, async () => {
    await useEngine("cpu");
    const model = createTableModel({ ...SMALL, ...config }, COLUMNS, 0);
    equal(model.parameters.reduce((sum, p) => sum + p.count, 0) + unused, parameters);
    fillBySine([...toReference(model).values()], model.parameters);
    const outputs = model.forward(cosineCells(), { encode });
    near(outputs.values.dataSync(), values[0].flatMap((value, r) => [value, values[1][r]!]), 1.1e-5);
    near(outputs.logits.dataSync(), logits, 1.1e-5);
    deepEqual(outputs.logits.shape, [ROWS, 1, 2]);
    model.dispose();
  });
}
