import { deepEqual, equal, ok, rejects, throws } from "node:assert/strict";
import { join } from "node:path";
import { loadFunctions } from "../../data/mod.ts";
import { recordName } from "../../results/mod.ts";
import { ROOT } from "../../setup/paths.ts";
import { functionRuns, runFunctions, splitFunctions } from "./functions.ts";
import { functionRanges } from "./functions_settings.ts";

const CSV = join(ROOT, "data", "examples", "functions.csv");
const CONFIG = { profile: "quick" as const, csv: CSV, models: ["canp", "cipnp"] as const, seeds: [0, 1] };

Deno.test("runs are every seed and model; counts follow from the smallest function", async () => {
  const runs = functionRuns(CONFIG, await loadFunctions(CSV));
  equal(new Set(runs.map(({ identity }) => recordName(identity))).size, 4);
  equal(runs[0]!.identity.data.name, "functions ctx-2-10 tar-1-10");
  deepEqual(runs.map(({ recipe }) => recipe.induce), [null, 1, null, 1]);
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
  await rejects(
    runFunctions({ ...CONFIG, context: [4, 15], target: [1, 8] }),
    /15 points of context and 8 of target.*has 20/,
  );
  const csv = await Deno.makeTempFile({ suffix: ".csv" });
  await Deno.writeTextFile(csv, "task,x,y\na,0,1\na,1,2\nb,0,1\n");
  await rejects(runFunctions({ ...CONFIG, csv }), /task "b": expected at least 2 points/);
  await Deno.remove(csv);
});
