import { deepEqual, equal, ok } from "node:assert/strict";
import { completeConfig, layoutOf } from "../models/table/mod.ts";
import { recordOf } from "../results/support_test.ts";
import { knownFrom, processWork, tableWork, withoutTraining } from "./cost.ts";
import { gpRanges, gpRecipe } from "./gp/settings.ts";

Deno.test("a program is known by its settings without those of its training, at any depth", () => {
  deepEqual(
    withoutTraining({
      steps: 3,
      model: { embedding: 8 },
      spin: { steps: 9, batch: [1, 2] },
      kernels: ["rbf"],
    }),
    { model: { embedding: 8 }, spin: { batch: [1, 2] } },
  );
});

Deno.test("runs of the same program tell its costs, whatever their seeds and lengths", () => {
  const run = (seed: number, steps: number, train: number, embedding = 8) =>
    recordOf({
      seed,
      steps,
      configuration: { steps, embedding },
      seconds: { compile: 1, train, evaluate: 2 },
    });
  const known = knownFrom([run(1, 10, 1), run(2, 10, 3), run(3, 20, 4), run(1, 10, 99, 16)]);
  const found = known(run(7, 5000, 0))!;
  // Medians of 0.1, 0.3 and 0.2 seconds a step, and of 4, 6 and 7 seconds a run.
  equal(found.seconds, 0.2);
  equal(found.total, 6);
  equal(known(run(7, 10, 0, 32)), undefined);
});

const numeric = (d: number) => Array.from({ length: d }, () => ({ kind: "numeric" as const, classes: [] }));
const products = (model: "spin" | "npt" | "set-transformer", n: number, d: number, e: number, heads = 8) => {
  const config = completeConfig({ model, embedding: e, heads, depth: 8, h: 10, f: 10 }, layoutOf(numeric(d)));
  return tableWork(config, n, numeric(d).map(() => 1)).products;
};

Deno.test("multiply-adds of tables are those of the reference's worked numbers", () => {
  // Boston housing and breast cancer, all rows; embedding and heads are left out.
  const near = (found: number, expected: number) =>
    ok(Math.abs(found / expected - 1) < 0.05, `${found} is not about ${expected}`);
  near(products("npt", 506, 14, 128), 9.4e10);
  near(products("set-transformer", 506, 14, 128), 9.7e10);
  near(products("spin", 506, 14, 128), 3.6e10);
  near(products("npt", 569, 31, 32), 3.3e10);
  near(products("set-transformer", 569, 31, 32), 3.1e10);
});

Deno.test("work grows with the rows as the models say: NPT's scores with their square, all else in proportion", () => {
  const config = (model: "spin" | "npt") =>
    completeConfig({ model, embedding: 8, heads: 2, depth: 2, h: 4, f: 4 }, layoutOf(numeric(6)));
  const kept = (model: "spin" | "npt", n: number) => tableWork(config(model), n, [1, 1, 1, 1, 1, 1]).kept;
  ok(kept("npt", 20_000) / kept("npt", 10_000) > 3.8);
  ok(kept("spin", 20_000) / kept("spin", 10_000) < 2.05);
});

Deno.test("work of neural processes: attention has the square of the context, inducing points have not", () => {
  const ranges = gpRanges(64);
  const work = (model: "canp" | "cipnp" | "cnp", context: number) => {
    const recipe = gpRecipe(model, ranges, "quick", 0);
    return processWork({ recipe, ranges, batch: 2 }, { context, targets: 10 }, 1000);
  };
  equal(work("cnp", 90).products, 2 * 100 * 1000);
  ok(work("canp", 20_000).kept / work("canp", 10_000).kept > 3.9);
  ok(work("cipnp", 20_000).kept / work("cipnp", 10_000).kept < 2.05);
});
