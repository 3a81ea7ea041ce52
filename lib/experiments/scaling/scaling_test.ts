import { equal, ok } from "node:assert/strict";
import { useEngine } from "../../engine/mod.ts";
import { findPlugin } from "../../engine/device.ts";
import { scalePrediction } from "./prediction_cost.ts";

const ignore = !(await findPlugin()).path;
const SIZE = { embedding: 4, heads: 2, h: 4, f: 4, timedBelow: 0 };

Deno.test({
  name: "the memory of a prediction from kept latents does not depend on n",
  ignore,
  async fn() {
    await useEngine("xla");
    const folder = await Deno.makeTempDir();
    try {
      const costs = await scalePrediction([256, 4096], { ...SIZE, d: 8, models: ["spin", "npt"] }, folder);
      const of = (model: string) =>
        costs.filter((cost) => cost.model === model).map((cost) => cost.temporary);
      const [small, large] = of("spin");
      equal(small, large);
      const [few, many] = of("npt");
      ok(many! > 10 * few!);
    } finally {
      await Deno.remove(folder, { recursive: true });
    }
  },
});
