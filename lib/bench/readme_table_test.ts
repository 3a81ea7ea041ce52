import { ok } from "node:assert/strict";
import { ROOT } from "../paths.ts";
import { toMarkdown } from "../results/mod.ts";
import { type ColdRecord, coldTable } from "./cold.ts";
import { readmeTable } from "./readme_table.ts";
import type { BenchRecord } from "./run.ts";

Deno.test("the README shows the bench that is kept, and no other figures", async () => {
  const record = JSON.parse(await Deno.readTextFile(`${ROOT}/results/bench/cpu.json`)) as BenchRecord;
  const readme = await Deno.readTextFile(`${ROOT}/README.md`);
  ok(readme.includes(readmeTable(record)), `expected in README.md:\n${readmeTable(record)}`);
});

Deno.test("the README shows the whole trainings that are kept", async () => {
  const record = JSON.parse(await Deno.readTextFile(`${ROOT}/results/bench/cold.json`)) as ColdRecord;
  const table = toMarkdown(coldTable(record)).trim();
  ok((await Deno.readTextFile(`${ROOT}/README.md`)).includes(table), `expected in README.md:\n${table}`);
});
