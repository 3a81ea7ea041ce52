import { deepEqual, equal, ok } from "node:assert/strict";
import * as tf from "@tensorflow/tfjs-core";
import { evaluationSet } from "../../data/gp/mod.ts";
import { xlaTest } from "../../engine/support_test.ts";
import { GP_DIMS } from "../../models/process/dims.ts";
import { createProcess } from "../../models/process/registry.ts";
import { createEvaluator } from "./evaluate.ts";
import { gpEvaluation } from "./evaluation_tasks.ts";

async function smallSet() {
  const folder = await Deno.makeTempDir();
  const spec = { kernel: "rbf" as const, context: [5, 9] as const, target: [2, 4] as const };
  const set = await evaluationSet({ ...spec, seed: 3, batches: 4, batch: 2 }, { folder });
  await Deno.remove(folder, { recursive: true });
  return set;
}

xlaTest("stored tasks lie in a layout with their context first, cut where that is wanted", async () => {
  const set = await smallSet();
  const tasks = gpEvaluation(set, { context: 2, target: 1 });
  for (let index = 0; index < tasks.batches; index++) {
    const stored = set.at(index);
    const { points, counts, layout } = tasks.at(index);
    deepEqual(counts, { context: stored.context, target: stored.target });
    const rows = points.x.arraySync().map((item) => item.flat());
    const size = stored.context + stored.target;
    rows.forEach((row, item) => {
      const own = [...stored.x.subarray(item * size, (item + 1) * size)];
      deepEqual(row.slice(0, stored.context), own.slice(0, stored.context));
      deepEqual(row.slice(layout.context, layout.context + stored.target), own.slice(stored.context));
    });
    tf.dispose([points.x, points.y]);
  }
  const { counts, layout, points } = gpEvaluation(set, { context: 1, target: 1 }, 4).at(0);
  equal(counts.context, 4);
  equal(layout.context, 4);
  tf.dispose([points.x, points.y]);
});

xlaTest("scores do not depend on what fills the tensors, and every batch counts the same", async () => {
  const set = await smallSet();
  const process = createProcess("cipnp", { ...GP_DIMS, dimHid: 16 }, 3, 1);
  const score = async (parts: { context: number; target: number }, batches?: number) => {
    const evaluator = createEvaluator(process, gpEvaluation(set, parts), 0);
    const found = await evaluator(1, batches);
    evaluator.dispose();
    return found;
  };
  const few = await score({ context: 1, target: 1 });
  const many = await score({ context: 5, target: 3 });
  ok(Math.abs(few.target - many.target) < 1e-5 && Math.abs(few.context - many.context) < 1e-5);
  deepEqual(few.calibration.shares, many.calibration.shares);
  const first = await score({ context: 1, target: 1 }, 1);
  const two = await score({ context: 1, target: 1 }, 2);
  // Of two values the standard error is half of their distance.
  ok(Math.abs(Math.abs(first.target - two.target) - two.error) < 1e-5);
  process.parameters.forEach((parameter) => parameter.dispose());
});
