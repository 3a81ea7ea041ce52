import { deepEqual, equal, ok } from "node:assert/strict";
import { xlaTest } from "../../engine/testing.ts";
import { GP_DIMS } from "../../models/process/dims.ts";
import { createProcess } from "../../models/process/registry.ts";
import { drawFunction, predictFunction } from "./gp_predictions.ts";

xlaTest(
  "a function is predicted by every model, and by exact regression through its few points",
  async () => {
    const drawn = await drawFunction("periodic", 3);
    deepEqual(await drawFunction("periodic", 3), drawn);
    ok(drawn.period! >= 0.1 && drawn.period! <= 0.5);
    const dims = { ...GP_DIMS, dimHid: 16, dimLat: 8 };
    const models = new Map([
      [{ model: "np", steps: 7 }, createProcess("np", dims, 1, 0)],
      [{ model: "tnpd", steps: 9 }, createProcess("tnpd", dims, 1, 0)],
    ]);
    const panels = await predictFunction(drawn, models, [4, 8], 0);
    deepEqual(panels.map(({ row, column }) => `${row}, ${column}`), [
      "4 points, NP, 7 steps",
      "4 points, TNP-D, 9 steps",
      "4 points, exact regression",
      "8 points, NP, 7 steps",
      "8 points, TNP-D, 9 steps",
      "8 points, exact regression",
    ]);
    for (const { mean, sigma, x } of panels) {
      equal(mean.length, x.length);
      ok(sigma.every((value) => value > 0));
    }
    const exact = panels.at(-1)!;
    // The first point is in the context: its noise is all that is left to know of its place.
    ok(Math.abs(exact.mean[0]! - drawn.y[0]!) < 0.1 && exact.sigma[0]! < 0.04);
    models.forEach((process) => process.parameters.forEach((parameter) => parameter.dispose()));
  },
);
