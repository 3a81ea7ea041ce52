import { ok } from "node:assert/strict";
import { ROOT } from "../paths.ts";
import {
  type ColdRecord,
  coldTable,
  firstStepTable,
  residentTable,
  stepTable,
  toMarkdown,
} from "../results/mod.ts";
import type { BenchRecord } from "./run.ts";

const kept = async (file: string) => JSON.parse(await Deno.readTextFile(`${ROOT}/results/bench/${file}`));

Deno.test("docs/engine.md shows the benches that are kept, and no other figures", async () => {
  const text = await Deno.readTextFile(`${ROOT}/docs/engine.md`);
  const steps = await kept("cpu.json") as BenchRecord;
  const tables = [
    stepTable(steps),
    firstStepTable(steps),
    residentTable(steps),
    stepTable(await kept("tfjs.json"), "TensorFlow.js on several engines"),
  ];
  for (const table of [...tables, coldTable(await kept("cold.json") as ColdRecord)]) {
    const shown = toMarkdown(table).trim();
    ok(text.includes(shown), `expected in docs/engine.md:\n${shown}`);
  }
});
