import { ok } from "node:assert/strict";
import { useEngine } from "../../engine/mod.ts";
import { slopesOf } from "../../plots/mod.ts";
import { findCpuPlugin } from "../../engine/device.ts";
import { run } from "../run.ts";
import { stepCost } from "./run.ts";

Deno.test({
  name: "a training step's memory is linear in n and d for SPIN, and steeper in n for NPT",
  ignore: !(await findCpuPlugin()).path,
  async fn() {
    await useEngine("xla");
    const folder = await Deno.makeTempDir();
    const slopes = async (size: "n" | "d", changes: Parameters<typeof stepCost.settings>[1]) => {
      const small = { width: 4, heads: 2, h: 4, f: 4, timedBelow: 0 };
      const records = await run(stepCost, stepCost.settings("quick", { ...small, ...changes }), {
        records: folder,
      });
      return slopesOf(records.map(({ model, configuration, metrics }) => ({
        series: model,
        x: configuration[size] as number,
        y: metrics["temporary"]!,
      })));
    };
    try {
      const inN = await slopes("n", { rows: [1024, 4096], d: 8, columns: "none", models: "spin,npt" });
      ok(Math.abs(inN.get("spin")! - 1) < 0.1, `spin ${inN.get("spin")}`);
      ok(inN.get("npt")! > 1.5, `npt ${inN.get("npt")}`);
      const inD = await slopes("d", { rows: "none", columns: [128, 256], n: 128, models: "spin" });
      ok(Math.abs(inD.get("spin")! - 1) < 0.1, `spin in d ${inD.get("spin")}`);
    } finally {
      await Deno.remove(folder, { recursive: true });
    }
  },
});
