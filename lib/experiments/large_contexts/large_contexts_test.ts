import { deepEqual, equal, ok, rejects } from "node:assert/strict";
import { join } from "node:path";
import * as tf from "@tensorflow/tfjs-core";
import { liveBuffers } from "../../engine/mod.ts";
import { xlaTest } from "../../engine/testing.ts";
import { UserError } from "../../errors.ts";
import { GP_DIMS } from "../../models/process/dims.ts";
import { saveProcess } from "../../train/process/weights.ts";
import { processOf, type ProcessRecipe } from "../../train/process/recipe.ts";
import { gpRanges, gpRecipe } from "../gp/gp_settings.ts";
import { likelihoodByContext, likelihoodRecords, likelihoodsOf } from "./large_contexts.ts";
import { loadStreamed, loadWhole, longestTrained, streamed } from "./large_contexts_model.ts";
import { largePredictions } from "./large_contexts_prediction.ts";

const recipeOf = (model: ProcessRecipe["model"], steps = 3): ProcessRecipe => ({
  ...gpRecipe(model, gpRanges(64), "quick", 1, { steps, induce: 4 }),
  dims: { ...GP_DIMS, dimHid: 16, dimLat: 16 },
});

async function inFolder(work: (folder: string) => Promise<void>): Promise<void> {
  const folder = await Deno.makeTempDir();
  try {
    await work(folder);
  } finally {
    await Deno.remove(folder, { recursive: true });
  }
}

for (const model of ["cipnp", "ipnp", "cipnp-fast"] as const) {
  xlaTest(
    `the likelihood of ${model} at a context is that of reading it alone, and is kept`,
    () =>
      inFolder(async (folder) => {
        const recipe = recipeOf(model);
        const trained = streamed(processOf(recipe), recipe, "not trained");
        const options = { targets: 30, functions: 2, seed: 3 };
        const grown = await likelihoodByContext(trained, { contexts: [5000, 10, 300], ...options }, folder);
        const alone = await likelihoodByContext(trained, { contexts: [5000], ...options }, folder);
        const found = likelihoodsOf(grown!);
        deepEqual(found.map(({ context }) => context), [10, 300, 5000]);
        ok(found.every(({ target, error }) => Number.isFinite(target) && error >= 0));
        ok(Math.abs(found[2]!.target - likelihoodsOf(alone!)[0]!.target) < 1e-4);
        deepEqual(
          await likelihoodByContext(trained, { contexts: [10, 300, 5000], ...options }, folder),
          grown,
        );
        equal(likelihoodRecords([grown!, alone!]).length, 2);
        trained.dispose();
      }),
  );
}

xlaTest(
  "the longest trained model that can be streamed is found, with its weights",
  () =>
    inFolder(async (folder) => {
      equal(await longestTrained([folder, `${folder}/absent`]), undefined);
      for (const [model, steps] of [["cipnp", 5], ["cipnp-fast", 9], ["canp", 20]] as const) {
        const recipe = recipeOf(model, steps);
        const process = processOf(recipe);
        const name = `gp_quick_gp-rbf-ctx-64-128-tar-4-64_${model}_seed${steps}_abc`;
        tf.tidy(() => process.parameters[0]!.variable.assign(tf.fill(process.parameters[0]!.shape, steps)));
        await saveProcess(`${folder}/${name}.safetensors`, { process, recipe }, { record: `${name}.json` });
        process.parameters.forEach((parameter) => parameter.dispose());
      }
      const path = await longestTrained([folder]);
      ok(path!.endsWith("_cipnp-fast_seed9_abc.safetensors"));
      const before = liveBuffers();
      const model = await loadStreamed(path!);
      equal(model.about, "trained on 64 to 128 context points for 9 steps");
      model.dispose();
      equal(liveBuffers(), before);
      await rejects(
        loadStreamed(path!.replace("cipnp-fast_seed9", "canp_seed20")),
        new UserError(
          "model: expected one that reads in pieces (cipnp, ipnp, cipnp-fast, ipnp-fast, cipnp-sharp, ipnp-sharp), found canp",
        ),
      );
    }),
);

xlaTest(
  "many predictions from a context read in parts are those of the whole, and leave nothing behind",
  () =>
    inFolder(async (folder) => {
      const before = liveBuffers();
      const facts = await largePredictions({ context: 9000, targets: 5000, induce: 4 }, folder);
      equal(liveBuffers(), before);
      ok(facts.updateDifference < 1e-5, String(facts.updateDifference));
      ok(facts.readSeconds > 0 && facts.predictSeconds > 0 && facts.pieceBytes > 0);
      equal(facts.summaryBytes, 4 * (4 * 128 + 2 * 128));
      deepEqual(await largePredictions({ context: 9000, targets: 5000, induce: 4 }, folder), facts);
    }),
);

xlaTest(
  "a model that is given its whole context scores as the same weights that read it in pieces",
  () =>
    inFolder(async (folder) => {
      const options = { contexts: [300, 10], targets: 30, functions: 2, seed: 3 };
      const recipe = recipeOf("cipnp");
      const path = join(folder, "weights.safetensors");
      const process = processOf(recipe);
      await saveProcess(path, { process, recipe });
      process.parameters.forEach((parameter) => parameter.dispose());
      const [pieces, whole] = [await loadStreamed(path), await loadWhole(path)];
      const curves: ReturnType<typeof likelihoodsOf>[] = [];
      // In folders of their own: the same weights have the same record.
      for (const [name, model] of [["pieces", pieces], ["whole", whole]] as const) {
        curves.push(likelihoodsOf((await likelihoodByContext(model, options, join(folder, name)))!));
        model.dispose();
      }
      deepEqual(curves[1]!.map(({ context }) => context), [10, 300]);
      curves[0]!.forEach(({ target }, i) => ok(Math.abs(target - curves[1]![i]!.target) < 1e-4));
    }),
);

for (const name of ["anp", "tnpd", "cipnp-fast"] as const) {
  xlaTest(`${name} is scored at its targets alone`, () =>
    inFolder(async (folder) => {
      const path = join(folder, "weights.safetensors");
      const recipe = recipeOf(name);
      const process = processOf(recipe);
      await saveProcess(path, { process, recipe });
      process.parameters.forEach((parameter) => parameter.dispose());
      const model = await loadWhole(path);
      const record = await likelihoodByContext(model, { contexts: [8], targets: 5, functions: 1 }, folder);
      ok(Number.isFinite(likelihoodsOf(record!)[0]!.target));
      model.dispose();
    }));
}
