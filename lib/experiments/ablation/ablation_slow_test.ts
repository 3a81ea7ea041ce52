import { deepEqual, ok } from "node:assert/strict";
import { useEngine } from "../../engine/mod.ts";
import { noPlugin } from "../../engine/testing.ts";
import { runAblation } from "./ablation.ts";

Deno.test({
  name: "rows of all kinds are trained, tested and kept",
  ignore: noPlugin,
  fn: async () => {
    await useEngine("xla");
    const records = await Deno.makeTempDir();
    try {
      const config = {
        profile: "quick" as const,
        seed: 42,
        rows: ["xabd-abla", "xaba-abla", "semi-supervised"],
        folds: 1,
        steps: 2,
        records,
      };
      const first = await runAblation(config);
      deepEqual(first.map(({ model }) => model), ["xabd-abla", "spin", "xaba-abla", "semi-supervised"]);
      ok(first.every(({ metrics }) => Number.isFinite(metrics["rmse"])));
      deepEqual(await runAblation(config), first);
    } finally {
      await Deno.remove(records, { recursive: true });
    }
  },
});
