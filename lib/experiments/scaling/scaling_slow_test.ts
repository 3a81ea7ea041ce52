import { equal, ok } from "node:assert/strict";
import { useEngine } from "../../engine/mod.ts";
import { slopesOf } from "../../plots/mod.ts";
import { findPlugin } from "../../engine/device.ts";
import { scaleSteps } from "./scaling.ts";

const ignore = !(await findPlugin()).path;
const SIZE = { embedding: 4, heads: 2, h: 4, f: 4, timedBelow: 0 };

Deno.test({
  name: "a training step's memory is linear in n and d for SPIN, and steeper in n for NPT",
  ignore,
  async fn() {
    await useEngine("xla");
    const folder = await Deno.makeTempDir();
    try {
      const rows = [1024, 4096].map((n) => ({ n, d: 8 }));
      const byRows = await scaleSteps(rows, { ...SIZE, models: ["spin", "npt"] }, folder);
      const inN = slopesOf(byRows.map((cost) => ({ series: cost.model, x: cost.n, y: cost.temporary })));
      ok(Math.abs(inN.get("spin")! - 1) < 0.1, `spin ${inN.get("spin")}`);
      ok(inN.get("npt")! > 1.5, `npt ${inN.get("npt")}`);

      const columns = [128, 256].map((d) => ({ n: 128, d }));
      const byColumns = await scaleSteps(columns, { ...SIZE, models: ["spin"] }, folder);
      const inD = slopesOf(byColumns.map((cost) => ({ series: cost.model, x: cost.d, y: cost.temporary })));
      ok(Math.abs(inD.get("spin")! - 1) < 0.1, `spin in d ${inD.get("spin")}`);

      // What has its record is read, not compiled again.
      equal((await scaleSteps(rows, { ...SIZE, models: ["spin", "npt"] }, folder)).length, byRows.length);
    } finally {
      await Deno.remove(folder, { recursive: true });
    }
  },
});
