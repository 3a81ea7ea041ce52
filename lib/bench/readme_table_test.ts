import { ok } from "node:assert/strict";
import { ROOT } from "../paths.ts";
import { readmeTable } from "./readme_table.ts";
import type { BenchRecord } from "./run.ts";

Deno.test("the README shows the bench that is kept, and no other figures", async () => {
  const record = JSON.parse(await Deno.readTextFile(`${ROOT}/results/bench/cpu.json`)) as BenchRecord;
  const readme = await Deno.readTextFile(`${ROOT}/README.md`);
  ok(readme.includes(readmeTable(record)), `expected in README.md:\n${readmeTable(record)}`);
});
