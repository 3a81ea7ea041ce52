import { deepEqual, equal, ok } from "node:assert/strict";
import { xlaTest } from "../../engine/testing.ts";
import { readRecords } from "../../results/mod.ts";
import { keptCosts, processCosts } from "./process_cost_sweep.ts";

const size = { targets: 8, induce: 4, width: 16 };

xlaTest(
  "a sweep ends a model at its first size beyond the budget, and reads what has its record",
  async () => {
    const folder = await Deno.makeTempDir();
    try {
      const budget = { bytes: 3e7, seconds: 60 };
      const sweep = { models: ["anp", "ipnp-chunked"] as const, contexts: [1500, 64, 512], size, budget };
      const costs = await processCosts(sweep, folder);
      const course = (model: string) =>
        costs.filter((cost) => cost.model === model).map(({ context, beyond }) => [context, beyond]);
      deepEqual(course("anp"), [[64, null], [512, "memory"]]);
      deepEqual(course("ipnp-chunked"), [[64, null], [512, null], [1500, null]]);
      ok(costs.every(({ seconds, beyond }) => (seconds === null) === (beyond === "memory")));

      const records = await readRecords(folder);
      equal(records.length, costs.length);
      deepEqual(await processCosts(sweep, folder), costs);
      equal(keptCosts(records, size).length, costs.length);
      equal(keptCosts(records).length, 0);
    } finally {
      await Deno.remove(folder, { recursive: true });
    }
  },
);
