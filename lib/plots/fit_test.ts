import assert from "node:assert/strict";
import { fitPowerLaw } from "./plane.ts";

const fitSlope = (...points: Parameters<typeof fitPowerLaw>) => fitPowerLaw(...points).slope;

const near = (a: number, b: number) => assert.ok(Math.abs(a - b) < 1e-12, `${a} is not ${b}`);

Deno.test("the slope of a power law is its exponent", () => {
  const xs = [1, 2, 4, 8];
  const { slope, intercept } = fitPowerLaw(xs, xs.map((x) => 3 * x ** 1.5));
  near(slope, 1.5);
  near(intercept, Math.log(3));
});

Deno.test("only the last points count", () => {
  near(fitSlope([1, 2, 4, 8, 16], [7, 7, 1, 4, 16], 3), 2);
  near(fitSlope([1, 2], [1, 2], 9), 1);
});

Deno.test("least squares of noisy points", () => {
  // log2: x 0 1 2, y 0 2 1: slope 1/2
  near(fitSlope([1, 2, 4], [1, 4, 2]), 0.5);
});

Deno.test("a slope needs positive points with different x", () => {
  assert.throws(() => fitSlope([1], [1]), /needs two points/);
  assert.throws(() => fitSlope([1, 2], [0, 1]), /needs positive numbers/);
  assert.throws(() => fitSlope([2, 2], [1, 3]), /different x values/);
  assert.throws(() => fitSlope([1, 2], [1]), /2 x values, but 1 y values/);
});
