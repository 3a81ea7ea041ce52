import * as aq from "arquero";
import { equal, match, rejects } from "node:assert/strict";
import { join } from "node:path";
import { exportTable } from "./export.ts";
import { cell } from "./view.ts";

const table = { title: "T", head: ["a", "b"], rows: [{ label: "x", cells: [cell("1", true)] }], notes: [] };

Deno.test("a table is written as the ending of its path says", async () => {
  const folder = await Deno.makeTempDir();
  try {
    const written = await exportTable(table, join(folder, "new", "t.csv"));
    equal(await Deno.readTextFile(written), "a,b\nx,1\n");
    match(await Deno.readTextFile(await exportTable(table, join(folder, "t.tex"))), /x & \\textbf\{1\}/);
    match(await Deno.readTextFile(await exportTable(table, join(folder, "t.md"))), /\| x \| \*\*1\*\* \|/);
    const own = aq.table({ step: [1, 2], loss: [0.123456789, null] });
    equal(
      await Deno.readTextFile(await exportTable(own, join(folder, "own.csv"))),
      "step,loss\n1,0.123456789\n2,\n",
    );
  } finally {
    await Deno.remove(folder, { recursive: true });
  }
});

Deno.test("another ending is refused with those that there are", async () => {
  await rejects(exportTable(table, "t.xlsx"), /a table has no format "xlsx"/);
  await rejects(exportTable({} as never, "t.csv"), /t\.csv: expected a table of a report or of Arquero/);
});
