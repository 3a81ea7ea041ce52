import { deepEqual, equal, match, ok, rejects } from "node:assert/strict";
import { basename } from "node:path";
import { parseCsv, typeTable } from "../data/mod.ts";
import { useEngine } from "../engine/mod.ts";
import { experiments } from "../experiments/registry.ts";
import { readRecords } from "../results/mod.ts";
import { experimentBench } from "./bench.ts";
import { range } from "./controls.ts";
import { panel, staticState } from "./panel.ts";

/** y = 3·x. */
const lines = ["x,y", ...Array.from({ length: 40 }, (_, i) => `${i * 7 % 40},${3 * (i * 7 % 40)}`)].join(
  "\n",
);
const table = typeTable(parseCsv(new TextEncoder().encode(lines), "line.csv"));
const TINY = { width: 8, heads: 2, h: 2, f: 2, steps: 3 };

/** Without a notebook a panel prints its state. */
async function withoutOutput(work: () => Promise<void>): Promise<void> {
  const { log } = console;
  console.log = () => {};
  try {
    await work();
  } finally {
    console.log = log;
  }
}

Deno.test("what a panel trains is the code's, with a record each, and its last state is a figure and a table", () =>
  withoutOutput(async () => {
    await useEngine("cpu");
    const records = await Deno.makeTempDir();
    const lab = await panel({ table, target: "y", ...TINY }, { h: range(2, 40) }, { records });
    equal(lab.last, undefined);
    await lab.run();
    await lab.run({ h: 3 });
    await lab.continue(2);
    await rejects(lab.run({ hh: 3 }), /there is no option "hh"/);
    deepEqual(lab.results.map(({ recipe, steps }) => [recipe.model.h, steps]), [[2, 3], [3, 3], [3, 5]]);
    ok(lab.last!.scores["rmse"]! > 0);
    const kept = await readRecords(records);
    deepEqual(kept.map(({ experiment, steps }) => [experiment, steps]).sort(), [
      ["table", 3],
      ["table", 3],
      ["table", 5],
    ]);
    equal(kept[0]!.data.name, `${basename(table.source)}: y`);
    lab.results.forEach((fitted) => fitted.dispose());
    await Deno.remove(records, { recursive: true });
  }));

Deno.test("a control that is no option is refused before anything is shown", async () => {
  await rejects(
    panel({ table, target: "y", ...TINY }, { widht: [8] }),
    /panel: there is no option "widht"; nearest: width/,
  );
  await rejects(panel({} as never, {}), /expected the options of fitTable, or an experiment/);
});

Deno.test("an experiment's controls begin with what its first run has", async () => {
  const { gp, uci } = experiments;
  const bench = await experimentBench(gp, gp.settings("quick", { models: ["cipnp"] }));
  deepEqual([bench.defaults["h"], bench.defaults["width"], bench.defaults["steps"]], [32, 128, 200]);
  const tables = await experimentBench(
    uci,
    uci.settings("quick", { datasets: "yacht", models: "spin", h: 7 }),
  );
  deepEqual([tables.defaults["h"], tables.defaults["rate"]], [7, 0.01]);
});

Deno.test("a panel without a run says what to do", () => {
  match(staticState([], "a table").text, /no run yet/);
});
