import assert from "node:assert/strict";
import { UserError } from "../errors.ts";
import { toSvg } from "./figure.ts";
import { rangeCurves, type RangePoint } from "./stack.ts";
import { countOf, testSnapshot } from "./support_test.ts";

const RANGES = ["[64,128]", "[128,256]", "[256,512]"];

const row = (panel: string, series: string, means: number[], deviation: number): RangePoint[] =>
  means.map((mean, i) => ({ panel, series, range: RANGES[i]!, mean, deviation }));

const points = [
  ...row("likelihood", "ipnp", [1.31, 1.344, 1.355], 0.003),
  ...row("likelihood", "banp", [1.295, 1.339], 0.002),
  ...row("time", "ipnp", [0.022, 0.0215, 0.022], 0.001),
  ...row("time", "banp", [0.029, 0.031], 0.003),
];

const published = row("likelihood", "banp", [1.3, 1.33], 0.004)
  .map((point) => ({ ...point, source: "authors" as const }));

const options = {
  title: "Larger contexts",
  ranges: RANGES,
  panels: [
    { name: "likelihood", label: "log likelihood", rules: [{ y: 1.38, label: "ceiling" }] },
    { name: "time", label: "step time", unit: "seconds" as const, log: true },
  ],
};

const draw = (rows = points, more = {}) => rangeCurves(rows, { ...options, ...more });

testSnapshot("range-curves", () => draw([...points, ...published]));

Deno.test("a model without a last value goes on with crosses, in every panel, and the legend says why", () => {
  assert.equal(countOf(draw(), ">out of memory<"), 1);
  assert.equal(countOf(draw(points, { missing: "not run" }), ">not run<"), 1);
  assert.equal(countOf(draw(points, { missing: null }), 'stroke-dasharray="4,3"'), 0);
  assert.ok(countOf(draw(), 'stroke-dasharray="4,3"') > 0);
});

Deno.test("without missing cells the legend says nothing of them, nor of authors who are not there", () => {
  const svg = toSvg(draw(points.filter(({ series }) => series === "ipnp")));
  assert.ok(!svg.includes("out of memory") && !svg.includes("authors"));
});

Deno.test("values of the authors are hollow marks without a line, and never out of memory", () => {
  const own = points.filter(({ series }) => series === "ipnp");
  const svg = toSvg(draw([...own, ...published]));
  assert.match(svg, />published by the authors</);
  assert.ok(!svg.includes("out of memory"));
});

Deno.test("cells that are not of the figure, or not numbers, are named", () => {
  const refuses = (rows: RangePoint[], message: RegExp) =>
    assert.throws(() => draw(rows), (error) => error instanceof UserError && message.test(error.message));
  const first = points[0]!;
  refuses([{ ...first, panel: "speed" }], /panel of a point: expected likelihood, time, found speed/);
  refuses([{ ...first, range: "[1,2]" }], /likelihood, ipnp, \[1,2\]: expected a range of \[64,128\]/);
  refuses([{ ...first, mean: NaN }], /likelihood, ipnp, \[64,128\]: expected a finite mean, found NaN/);
  refuses([{ ...first, deviation: -1 }], /expected a deviation of 0 or more, found -1/);
  refuses([first, first], /likelihood, ipnp, \[64,128\]: expected one value, found two/);
  refuses([first], /panel time: expected points, found none/);
});
