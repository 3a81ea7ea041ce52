import assert from "node:assert/strict";
import { UserError } from "../errors.ts";
import { toSvg } from "./figure.ts";
import { predictiveBands, type PredictivePanel } from "./predictive_bands.ts";
import { testSnapshot } from "./support_test.ts";

const x = Array.from({ length: 41 }, (_, i) => i / 10 - 2);
const f = (value: number) => Math.sin(2 * value);

const cell = (row: string, column: string, at: number[], spread: number): PredictivePanel => {
  const distance = (value: number) => Math.min(...at.map((point) => Math.abs(point - value)));
  return {
    row,
    column,
    x,
    mean: x.map((value) => f(value) * Math.exp(-(distance(value) ** 2))),
    sigma: x.map((value) => 0.05 + spread * distance(value)),
    context: { x: at, y: at.map(f) },
    truth: { x, y: x.map(f) },
  };
};

const few = [-1, 1.2];
const more = [-1, -0.2, 0.5, 1.2];
const first = cell("2 points", "canp", few, 0);
const second = cell("2 points", "ipnp", few, 0.4);
const panels = [first, second, cell("4 points", "canp", more, 0), cell("4 points", "ipnp", more, 0.4)];

const options = { title: "What the models do not know" };

testSnapshot(
  "predictive-bands",
  () =>
    predictiveBands([{ ...first, targets: { x: [0, 1.7], y: [f(0), f(1.7)] } }, ...panels.slice(1)], options),
);

Deno.test("rows and columns have titles, and the legend has what is drawn", () => {
  const svg = toSvg(predictiveBands(panels, options));
  for (const title of ["CANP", "IPNP", "2 points", "4 points", "true function"]) {
    assert.ok(svg.includes(`>${title}</text>`), title);
  }
  const { truth: _, ...bare } = first;
  assert.ok(!toSvg(predictiveBands([bare], options)).includes("true function"));
  assert.ok(!svg.includes(">targets<"));
});

Deno.test("points may come in any order, and thousands are drawn in few", () => {
  const reversed = Object.fromEntries(
    ["x", "mean", "sigma"].map((key) => [key, (first[key as "x"] as number[]).toReversed()]),
  );
  const drawn = toSvg(predictiveBands([first], options));
  assert.equal(toSvg(predictiveBands([{ ...first, ...reversed }], options)), drawn);
  const many = Array.from({ length: 20000 }, (_, i) => i / 20000);
  const dense = { ...first, x: many, mean: many.map(f), sigma: many.map(() => 0.1) };
  assert.ok(toSvg(predictiveBands([dense], options)).length < 4e4);
});

Deno.test("lines end at the range that is given", () => {
  const svg = toSvg(predictiveBands([first], { ...options, range: [-0.5, 0.5] }));
  assert.ok(!svg.includes("NaN"));
  assert.notEqual(svg, toSvg(predictiveBands([first], options)));
});

Deno.test("predictions that are none are named", () => {
  const refuses = (change: Partial<PredictivePanel>, message: RegExp) =>
    assert.throws(
      () => predictiveBands([{ ...first, ...change }], options),
      (error) => error instanceof UserError && message.test(error.message),
    );
  refuses({ mean: [1] }, /2 points, CANP, prediction: .* the 41 x, found 1 means and 41 sigmas/);
  refuses({ context: { x: [1, 2], y: [1] } }, /CANP, context: .* the 2 x, found 1 y/);
  const sigma = x.map((_, i) => (i === 7 ? -1 : 1));
  refuses({ sigma }, /prediction, point 7: .* no sigma below 0, found .* sigma -1/);
  refuses({ truth: { x: [0], y: [NaN] } }, /CANP, truth, point 0: expected finite numbers/);
  assert.throws(() => predictiveBands([first, second, first], options), /found two in a cell/);
  assert.throws(() => predictiveBands([], options), /expected at least one panel, found none/);
});
