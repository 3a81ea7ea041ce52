import { deepEqual, equal, ok, rejects } from "node:assert/strict";
import { join } from "node:path";
import { gpSource } from "../../data/gp/mod.ts";
import { xlaTest } from "../../engine/support_test.ts";
import { liveBuffers } from "../../engine/mod.ts";
import { GP_DIMS } from "../../models/process/dims.ts";
import type { ProcessName } from "../../models/process/registry.ts";
import { requestStop, resetStop } from "../../progress/stop.ts";
import { createEvaluator } from "./evaluate.ts";
import { sourceEvaluation } from "./evaluation_tasks.ts";
import { fitProcess, type ProcessFitOptions } from "./fit.ts";
import type { ProcessRecipe } from "./recipe.ts";
import { loadProcess, saveProcess } from "./weights.ts";

const PARTS = { context: 1, target: 1 };
const recipe = (model: ProcessName, changes: Partial<ProcessRecipe> = {}): ProcessRecipe => ({
  model,
  dims: { ...GP_DIMS, dimHid: 16, dimLat: 8 },
  induce: 3,
  steps: 6,
  learningRate: 1e-3,
  schedule: "cosine",
  samples: 2,
  evalSamples: 3,
  parts: PARTS,
  seed: 5,
  ...changes,
});

const tasks = () => gpSource({ kernel: "rbf", batch: 3, context: [4, 8], target: [2, 5] });

async function weightsAfter(given: ProcessRecipe, options: ProcessFitOptions = {}): Promise<number[]> {
  const source = tasks();
  const fitted = await fitProcess(given, source, options);
  const values = await Promise.all(fitted.process.parameters.map(({ variable }) => variable.data()));
  fitted.dispose();
  source.dispose();
  return values.flatMap((data) => [...data]);
}

xlaTest("a training that is stopped and goes on ends with the same bits, its time in one sum", async () => {
  const folder = await Deno.makeTempDir();
  const checkpoint = join(folder, "state.safetensors");
  const whole = await weightsAfter(recipe("ipnp"));
  deepEqual(await weightsAfter(recipe("ipnp")), whole);
  const looks: number[] = [];
  const look = (_: unknown, step: number) => {
    looks.push(step);
    if (step === 3) requestStop();
    return Promise.resolve({});
  };
  const options = { checkpoint, evaluate: look, when: (step: number) => step === 3 };
  try {
    // The stop is seen after the step that follows the request.
    await weightsAfter(recipe("ipnp"), options);
  } finally {
    resetStop();
  }
  ok((await Deno.stat(checkpoint)).size > 0);
  deepEqual(await weightsAfter(recipe("ipnp"), options), whole);
  deepEqual(looks, [3, 6]);
  await rejects(weightsAfter(recipe("ipnp", { seed: 6 }), { checkpoint }), /another recipe/);
  await Deno.remove(folder, { recursive: true });
});

xlaTest("a loss that is no number ends the training with its step", async () => {
  await rejects(
    weightsAfter(recipe("cnp", { learningRate: Infinity })),
    /loss is NaN at step 6 of 6.*lower the/s,
  );
});

for (const model of ["cnp", "np", "bnp", "tnpd", "cipnp-fast", "ipnp-fast", "cipnp-sharp"] as const) {
  xlaTest(`${model} trains, is tested, and comes back from its file with the same scores`, async () => {
    const path = await Deno.makeTempFile({ suffix: ".safetensors" });
    const source = tasks();
    const fitted = await fitProcess(recipe(model, { steps: 2 }), source);
    equal(fitted.stopped, false);
    ok(fitted.memory!.temporary > 0);
    const tests = sourceEvaluation(source, PARTS, { batches: 2, seed: 1 });
    const score = async (process: typeof fitted.process) => {
      const evaluator = createEvaluator(process, tests, 0);
      const found = await evaluator(3);
      evaluator.dispose();
      return found;
    };
    const before = await score(fitted.process);
    ok(Number.isFinite(before.target) && Number.isNaN(before.context) === (model === "tnpd"));
    await saveProcess(path, fitted, { record: "none.json" });
    const stored = await loadProcess(path);
    deepEqual(await score(stored.process), before);
    equal(stored.facts["record"], "none.json");
    await saveProcess(path, fitted, {}, true);
    const half = await loadProcess(path);
    ok(Math.abs((await score(half.process)).target - before.target) < 0.01);
    for (const { process } of [fitted, stored, half]) process.parameters.forEach((p) => p.dispose());
    source.dispose();
    await Deno.remove(path);
  });
}

xlaTest("training leaves nothing on the device but the weights", async () => {
  await weightsAfter(recipe("cipnp", { steps: 1 }));
  const before = liveBuffers();
  await weightsAfter(recipe("cipnp", { steps: 4 }));
  equal(liveBuffers(), before);
});

xlaTest("files of other kinds and weights that do not fit are refused by name", async () => {
  const path = await Deno.makeTempFile({ suffix: ".safetensors" });
  await Deno.writeTextFile(path, "no tensors");
  await rejects(loadProcess(path), /expected a safetensors file/);
  const source = tasks();
  const fitted = await fitProcess(recipe("cnp", { steps: 1 }), source);
  await saveProcess(path, { ...fitted, recipe: recipe("canp") });
  await rejects(loadProcess(path), /expected "enc1/);
  fitted.dispose();
  source.dispose();
  await Deno.remove(path);
});
