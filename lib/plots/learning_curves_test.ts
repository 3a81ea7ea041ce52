import assert from "node:assert/strict";
import { UserError } from "../errors.ts";
import { toSvg } from "./figure.ts";
import { learningCurves, type LearningPoint, meanOverSeeds } from "./plane.ts";
import { countOf, testSnapshot } from "./support_test.ts";

const run = (series: string, seed: number, values: number[]): LearningPoint[] =>
  values.map((value, i) => ({ series, seed, step: 100 * 10 ** (i / 2), value }));

const points = [
  ...run("cipnp", 0, [-3, 0.2, 0.8, 1.1, 1.25, 1.3]),
  ...run("cipnp", 1, [-2, 0.3, 0.75, 1.15, 1.22, 1.32]),
  ...run("canp", 0, [0, 0.1, 0.6, 1, NaN, 1.27]),
];

const published: LearningPoint = { series: "canp", step: 1e5, value: 1.274, source: "authors" };

const options = { title: "Training", log: true, lowest: -1, rules: [{ y: 1.383, label: "ceiling" }] };

testSnapshot("learning-curves", () => learningCurves([...points, published], options));

Deno.test("the mean is over seeds, at steps that all of them have", () => {
  const rows = [...run("a", 0, [1, 2]), ...run("a", 1, [3]), ...run("a", 2, [8, 9, 10])];
  assert.deepEqual(meanOverSeeds(rows), [{ step: 100, value: 4 }]);
  assert.deepEqual(meanOverSeeds([]), []);
});

Deno.test("one run is one line, two are two and their mean", () => {
  const lines = (rows: LearningPoint[]) => countOf(learningCurves(rows, options), 'aria-label="line"');
  assert.equal(lines(run("cipnp", 0, [0, 1])), 1);
  assert.equal(lines([...run("cipnp", 0, [0, 1]), ...run("cipnp", 1, [0, 1])]), 3);
});

Deno.test("hollow marks are explained only where there are some", () => {
  assert.match(toSvg(learningCurves([...points, published], options)), />published by the authors</);
  assert.ok(!toSvg(learningCurves(points, options)).includes("authors"));
});

Deno.test("what cannot be drawn is named", () => {
  const first = points[0]!;
  const draw = (rows: LearningPoint[]) => () => learningCurves(rows, options);
  assert.throws(draw([{ ...first, step: NaN }]), /cipnp: expected a finite step, found NaN/);
  assert.throws(draw([first, first]), (error) => error instanceof UserError);
  assert.throws(draw([first, first]), /cipnp, seed 0, step 100: expected one value, found two/);
  assert.throws(
    draw([{ ...first, step: 0, value: 1 }]),
    /"training step": a logarithmic axis needs positive/,
  );
  assert.throws(draw([]), /"training step": expected finite numbers/);
});
