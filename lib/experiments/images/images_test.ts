import { deepEqual, equal, ok, rejects, throws } from "node:assert/strict";
import { join } from "node:path";
import { inFolder, writeImage } from "../../data/images/testing.ts";
import { readRecords, recordName } from "../../results/mod.ts";
import { imageRuns, runImages } from "./images.ts";
import { loadImageData } from "./images_data.ts";
import { imageContext, imageRanges, imageRecipe } from "./images_settings.ts";
import { pixelCeiling } from "./images_tables.ts";
import { KEPT_RECORDS } from "../profiles.ts";

const CONFIG = {
  profile: "quick" as const,
  data: "digits",
  models: ["canp", "ipnp"] as const,
  contexts: [[4, 8], [8, 16]] as const,
  seeds: [0, 1],
};

Deno.test("runs are every range, seed and model, each with a record of its own", async () => {
  const runs = imageRuns(CONFIG, await loadImageData("digits"));
  equal(runs.length, 8);
  equal(new Set(runs.map(({ identity }) => recordName(identity))).size, 8);
  equal(runs[0]!.identity.data.name, "digits 8x8 ctx-4-8 tar-all");
  deepEqual(runs.map(({ recipe }) => recipe.induce).slice(0, 2), [null, 2]);
  deepEqual(runs[0]!.ranges, { context: [4, 8], target: [56, 60] });
});

Deno.test("the published settings are those of the reference", () => {
  const ranges = imageRanges({ height: 64, width: 64, channels: 3 }, imageContext(128));
  const recipe = imageRecipe("ipnp", { channels: 3, count: 182_637 }, ranges, "paper", 1);
  equal(recipe.steps, 365_400);
  equal(recipe.induce, 64);
  equal(recipe.schedule, "cosine");
  equal(recipe.learningRate, 5e-4);
  deepEqual([recipe.samples, recipe.evalSamples], [4, 50]);
  deepEqual([recipe.dims.dimX, recipe.dims.dimY, recipe.dims.encVDepth], [2, 3, 6]);
});

Deno.test("more points than pixels are refused before anything is trained", async () => {
  await rejects(runImages({ ...CONFIG, contexts: [[32, 64]] }), /at most 64 points.*up to 64 of context/);
  await rejects(runImages({ ...CONFIG, contexts: [[8, 16]], target: [1, 49] }), /49 of target/);
  const data = await loadImageData("digits");
  throws(() => imageRuns({ ...CONFIG, contexts: [[8, 4]] }, data), /context counts/);
});

Deno.test("unknown data are named, with what there is", async () => {
  await rejects(loadImageData("digit"), /no images.*digits/);
  await rejects(loadImageData("digits:x"), /no images/);
  await rejects(loadImageData("celeba:"), /expected celeba:FOLDER, found "celeba:"/);
  await rejects(loadImageData("celeba:nowhere"), /nowhere/);
});

inFolder("a folder's images are made to one size and split, the same every time", async (folder) => {
  for (let i = 0; i < 5; i++) {
    await writeImage(join(folder, `${i}.png`), [6, 5 + i], () => [40 * i, 0, 255]);
  }
  const first = await loadImageData(`folder:${folder}`, [4, 6]);
  equal(first.identity.name, "folder 4x6");
  deepEqual([first.train.count, first.evaluation.count, first.train.channels], [4, 1, 3]);
  deepEqual(await loadImageData(`folder:${folder}`, [4, 6]), first);
});

Deno.test("no kept record is above the ceiling of a deviation of at least 0.1", async () => {
  const records = (await readRecords(KEPT_RECORDS)).filter(({ experiment }) => experiment === "images");
  ok(records.length > 0, "expected records in results/records");
  for (const record of records) {
    const ceiling = pixelCeiling(record);
    const likelihoods = Object.entries(record.metrics).filter(([name]) =>
      /^(context|target)(@\d+)?$/.test(name)
    );
    for (const [name, value] of likelihoods) ok(value! <= ceiling, `${recordName(record)}: ${name} ${value}`);
  }
});
