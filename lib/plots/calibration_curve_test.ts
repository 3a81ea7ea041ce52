import assert from "node:assert/strict";
import { UserError } from "../errors.ts";
import { toSvg } from "./figure.ts";
import { calibrationCurve, type CalibrationSeries } from "./plane.ts";
import { testSnapshot } from "./support_test.ts";

const levels = [0.1, 0.3, 0.5, 0.7, 0.9];

const rows: CalibrationSeries[] = [
  { series: "canp", levels, shares: levels.map((level) => level ** 2), score: 0.02761 },
  { series: "ipnp", levels, shares: Float32Array.from([0.125, 0.25, 0.5, 0.75, 0.875]), score: 0.00104 },
];

const options = { title: "Calibration", subtitle: "4 points" };

testSnapshot("calibration-curve", () => calibrationCurve(rows, options));

Deno.test("scores are in the legend with three decimals", () => {
  const svg = toSvg(calibrationCurve(rows, options));
  assert.match(svg, />CANP: 0\.028</);
  assert.match(svg, />IPNP: 0\.001</);
});

Deno.test("curves that are none are named", () => {
  const refuses = (change: Partial<CalibrationSeries>, message: RegExp) =>
    assert.throws(
      () => calibrationCurve([{ ...rows[0]!, ...change }], options),
      (error) => error instanceof UserError && message.test(error.message),
    );
  refuses({ shares: [0.1] }, /canp: expected a share for each of 5 levels, found 1/);
  refuses({ shares: [0, 0, 0, 0, 1.5] }, /canp: expected numbers from 0 to 1, found 1\.5/);
  refuses({ shares: [0, 0, 0, 0, NaN] }, /expected numbers from 0 to 1, found NaN/);
  refuses({ score: NaN }, /canp: expected a finite score, found NaN/);
  refuses({ levels: [0.1, 0.3, 0.2, 0.7, 0.9] }, /expected rising levels, found 0\.3, 0\.2/);
  assert.throws(() => calibrationCurve([], options), /expected at least one curve, found none/);
  assert.throws(() => calibrationCurve([rows[0]!, rows[0]!], options), /canp: expected one curve, found 2/);
});
