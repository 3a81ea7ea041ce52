import { ok } from "node:assert/strict";
import { xlaTest } from "../../engine/testing.ts";
import { evaluationSet } from "./evaluation_set.ts";
import type { GpKernel } from "./kernels.ts";
import { oracleLikelihoods } from "./oracle.ts";

/** Mean target log densities of the exact predictor in the reference: kernel, least context, exact, floored at 0.1. */
const CEILINGS: [GpKernel, number, number, number][] = [
  ["rbf", 64, 2.354, 1.3517],
  ["rbf", 256, 2.462, 1.3623],
  ["matern", 64, 2.14, 1.31],
  ["periodic", 64, 2.257, 1.332],
];

for (const [kernel, least, ...expected] of CEILINGS) {
  xlaTest(`exact regression reaches the ceilings of ${kernel} with contexts from ${least}`, async () => {
    const folder = await Deno.makeTempDir();
    const batches = least > 64 ? 3 : 16;
    const set = await evaluationSet(
      { kernel, context: [least, 2 * least], target: [4, 64], seed: 1, batches, batch: 16 },
      { folder },
    );
    await Deno.remove(folder, { recursive: true });
    [0, 0.1].forEach((floor, column) => {
      const values = Array.from({ length: batches }, (_, i) => oracleLikelihoods(kernel, set.at(i), floor))
        .flat();
      const mean = values.reduce((a, b) => a + b) / values.length;
      const spread = Math.sqrt(values.reduce((sum, v) => sum + (v - mean) ** 2, 0) / (values.length - 1));
      const error = spread / Math.sqrt(values.length);
      ok(
        Math.abs(mean - expected[column]!) < 3 * error + 0.0005,
        `floor ${floor}: ${mean} ± ${error}, expected ${expected[column]}`,
      );
    });
  });
}
