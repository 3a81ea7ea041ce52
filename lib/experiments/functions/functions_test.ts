import { deepEqual, equal, match, ok, rejects, throws } from "node:assert/strict";
import { join } from "node:path";
import { loadFunctions } from "../../data/mod.ts";
import { xlaTest } from "../../engine/support_test.ts";
import { ROOT } from "../../paths.ts";
import { recordName, toText } from "../../results/mod.ts";
import { LOCAL_WEIGHTS } from "../profiles.ts";
import { run, runFile } from "../run.ts";
import { functionRanges, functions, splitFunctions } from "./run.ts";

const CSV = join(ROOT, "data", "examples", "functions.csv");
const runsOf = async (changes: Parameters<typeof functions.settings>[1]) =>
  await functions.runs(functions.settings("quick", { csv: CSV, ...changes }));

Deno.test("runs are every seed and model; counts follow from the smallest function", async () => {
  const runs = await runsOf({ models: "canp,cipnp", seeds: "0,1" });
  equal(new Set(runs.map(({ identity }) => recordName(identity!))).size, 4);
  equal(runs[0]!.identity!.data.name, "functions ctx-2-10 tar-1-10");
  equal(runs[0]!.id, "functions/functions-ctx2/canp/seed0");
  deepEqual(runs.map(({ identity }) => identity!.configuration["induce"]), [null, 1, null, 1]);
  deepEqual(await functions.runs(functions.settings("quick")), []);
});

Deno.test("the identity of a run is what it was", async () => {
  const [one] = await runsOf({});
  equal(
    recordName(one!.identity!),
    "functions_quick_functions-ctx-2-10-tar-1-10_cipnp_seed0_4c5e4bf83f7b.json",
  );
});

xlaTest("functions are learned, and the record tells it", async () => {
  const records = await Deno.makeTempDir();
  try {
    const settings = functions.settings("quick", { csv: CSV, models: "cnp", steps: 2 });
    const [record] = await run(functions, settings, { records });
    ok(Number.isFinite(record!.metrics["target"]) && record!.details.curve.length === 1);
    const { tables, verdict } = functions.report([record!]);
    match(toText(tables["scores"]!), /^functions: log.*\[2,10\], CNP +2 /s);
    match(verdict, /functions, \[2,10\]: CNP has .* after 2 steps/);
    await Deno.remove(runFile(LOCAL_WEIGHTS, record!));
  } finally {
    await Deno.remove(records, { recursive: true });
  }
});

Deno.test("counts fit into any function of two points or more", () => {
  for (let fewest = 2; fewest < 70; fewest++) {
    const given = [{}, { context: [1, fewest - 1] as const }, { target: [1, fewest - 1] as const }];
    for (const { context, target } of given.map((one) => functionRanges(fewest, one))) {
      ok(context[0] >= 1 && context[0] <= context[1] && target[0] <= target[1]);
      ok(context[1] + target[1] <= fewest, `${fewest}: ${context} ${target}`);
    }
  }
});

Deno.test("a fifth of the functions is for the test, others for other seeds", async () => {
  const set = await loadFunctions(CSV);
  const { train, test } = splitFunctions(set, 0);
  equal(test.length, Math.round(set.tasks.length / 5));
  deepEqual([...train, ...test].sort((a, b) => a - b), set.tasks.map((_, i) => i));
  ok(splitFunctions(set, 1).test.join() !== test.join());
  throws(() => splitFunctions({ ...set, tasks: set.tasks.slice(0, 1) }, 0), /at least 2 functions.*found 1/);
});

Deno.test("more points than the smallest function has, and functions of one point, are refused first", async () => {
  await rejects(runsOf({ context: [4, 15], target: [1, 8] }), /15 points of context and 8 of target.*has 20/);
  const csv = await Deno.makeTempFile({ suffix: ".csv" });
  await Deno.writeTextFile(csv, "task,x,y\na,0,1\na,1,2\nb,0,1\n");
  await rejects(runsOf({ csv }), /task "b": expected at least 2 points/);
  await Deno.remove(csv);
});
