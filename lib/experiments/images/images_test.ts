import * as tf from "@tensorflow/tfjs-core";
import { deepEqual, equal, match, ok, rejects } from "node:assert/strict";
import { join } from "node:path";
import { type ImageParts, imageSource, loadDigits, pixelsOf, UNKNOWN } from "../../data/images/mod.ts";
import { inFolder, writeImage } from "../../data/images/support_test.ts";
import { liveBuffers } from "../../engine/mod.ts";
import { xlaTest } from "../../engine/support_test.ts";
import { createProcess } from "../../models/process/registry.ts";
import type { Picture } from "../../plots/mod.ts";
import { readRecords, recordName, toText } from "../../results/mod.ts";
import { recordOf } from "../../results/support_test.ts";
import { recordsOf } from "../experiment.ts";
import { type ProcessRecord, scoresOf } from "../process_report.ts";
import { KEPT_RECORDS } from "../profiles.ts";
import { completions, imageCalibration, SIGMA_RANGE, trainedImages } from "./completion.ts";
import { pixelCeiling, PLACE_LIKELIHOODS, VALUE_CEILING } from "./report.ts";
import { imageEvaluation, images, loadImageData } from "./run.ts";
import { imageRanges, imageRecipe } from "./settings.ts";

const kept = recordsOf<ProcessRecord>(await readRecords(KEPT_RECORDS), "images");

Deno.test("runs are every range, seed and model, each with a record of its own", async () => {
  const runs = await images.runs(images.settings("quick", { least: [4, 8], seeds: [0, 1] }));
  equal(runs.length, 8);
  equal(new Set(runs.map(({ identity }) => recordName(identity!))).size, 8);
  equal(runs[0]!.identity!.data.name, "digits 8x8 ctx-4-8 tar-all");
  equal(runs[0]!.id, "images/digits-ctx4/canp/seed0");
  deepEqual(runs.map(({ identity }) => identity!.configuration["induce"]).slice(0, 2), [null, 2]);
  const [{ program }] = runs as [typeof runs[number]];
  ok(program?.kind === "process" && program.all === 64);
  deepEqual(program.ranges, { context: [4, 8], target: [56, 60] });
});

Deno.test("every kept run is a run of the settings that its record tells", async () => {
  ok(kept.length > 0, "expected records in results/records");
  for (const record of kept) {
    const runs = await images.runs(images.settings("quick", images.changesOf!(record)));
    ok(runs.some(({ identity }) => recordName(identity!) === recordName(record)), recordName(record));
  }
});

Deno.test("the published settings are those of the reference", async () => {
  const ranges = imageRanges({ height: 64, width: 64, channels: 3 }, [128, 256], null);
  const recipe = imageRecipe("ipnp", { channels: 3, count: 182_637 }, ranges, "paper", 1);
  equal(recipe.steps, 365_400);
  equal(recipe.induce, 64);
  equal(recipe.schedule, "cosine");
  equal(recipe.learningRate, 5e-4);
  deepEqual([recipe.samples, recipe.evalSamples], [4, 50]);
  deepEqual([recipe.dims.dimX, recipe.dims.dimY, recipe.dims.encVDepth], [2, 3, 6]);
  const celeba = await images.runs(images.settings("paper"));
  deepEqual([celeba.length, celeba[0]!.id, celeba[0]!.identity], [
    35,
    "images/celeba-ctx8/canp/seed0",
    undefined,
  ]);
  if (celeba[0]!.needs) await rejects(celeba[0]!.identify!(), /data\/celeba: no list_eval_partition\.txt/);
});

Deno.test("more points than pixels are refused before anything is trained", async () => {
  const refused = (changes: Parameters<typeof images.settings>[1], message: RegExp) =>
    rejects(async () => await images.runs(images.settings("quick", changes)), message);
  await refused({ context: [32, 64] }, /at most 64 points.*up to 64 of context/);
  await refused({ context: [8, 16], target: [1, 49] }, /49 of target/);
  await refused({ context: [8, 4] }, /context counts/);
  await refused({ data: "folder:x", size: [4] }, /size: expected height and width, found 4/);
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

Deno.test("no kept record is above the ceiling of a deviation of at least 0.1", () => {
  for (const record of kept) {
    const { metrics, details } = record;
    for (const value of [metrics["context"]!, metrics["target"]!, ...details.curve.map((p) => p.target)]) {
      ok(value <= pixelCeiling(record), `${recordName(record)}: ${value}`);
    }
  }
});

const record = (model: string, seed: number, target: number, steps = 100) =>
  recordOf({
    experiment: "images",
    model,
    seed,
    steps,
    data: { name: "digits 8x8 ctx-8-16 tar-all", sha256: Object.keys(PLACE_LIKELIHOODS)[0]! },
    configuration: { steps, dims: { dimY: 1 } },
    metrics: { target, error: 0.02, context: target + 0.1, calibration: 0.01 },
    details: { curve: [], tests: {} },
  });

const RECORDS = [
  record("canp", 0, 0.4),
  record("ipnp", 0, 0.3),
  record("ipnp", 1, 0.5),
  record("ipnp", 0, 0.7, 900),
];

Deno.test("seeds are one score, other lengths another; the best of a length is marked", () => {
  const scores = scoresOf(RECORDS as ProcessRecord[]);
  deepEqual(scores.map(({ model, steps, runs }) => [model, steps, runs.length]), [
    ["ipnp", 900, 1],
    ["canp", 100, 1],
    ["ipnp", 100, 2],
  ]);
  equal(scores[1]!.error, 0.02);
  ok(Math.abs(scores[2]!.error - 0.1) < 1e-9);
  const text = toText(images.report(RECORDS).tables["scores"]!);
  match(text, /^digits 8x8: log likelihood of a point/);
  match(text, /\[8,16\], CANP +100 +0\.400 ± 0\.020\*/);
  match(text, /each place's own normal +0\.207/);
  match(text, /ceiling +1\.384/);
});

Deno.test("the verdict tells the best, and what is within the spread", () => {
  const { verdict, figures } = images.report(RECORDS);
  match(verdict, /\[8,16\], 900 steps: the best is IPNP 0\.700, 0\.493 above each/);
  match(verdict, /100 steps: the best is CANP 0\.400, 0\.193 above.* within the spread of IPNP 0\.400/);
  match(
    verdict,
    /IPNP is above CANP at \[8,16\], \[16,32\], \[32,64\], below it at \[64,128\], \[128,256\]/,
  );
  deepEqual(figures, {});
  const wider = recordOf({ ...RECORDS[3]!, data: { name: "digits 8x8 ctx-4-8 tar-all", sha256: "x" } });
  ok(images.report([...RECORDS, wider]).figures["ranges"]);
});

Deno.test("the authors' table stands by itself", () => {
  const { rows, head, notes } = images.report([]).tables["celeba"]!;
  equal(head.length, 8);
  equal(rows.find(({ label }) => label === "IPNP")!.cells[0]!.text, "1.726 (291 s)");
  equal(rows.find(({ label }) => label === "ANP")!.cells[0]!.text, "out of memory");
  match(notes.join(" "), /ceiling 4\.151/);
});

/** The least deviation of the models, which bounds their likelihoods. */
const LEAST = 0.1;

/**
 * Mean log likelihood of a pixel of the images to evaluate on, by a normal distribution for each place: mean and deviation
 * over the images to train on, no deviation below 0.1. It knows nothing of the image: what a model has beyond it comes
 * from the context.
 */
function placeLikelihood({ train, evaluation }: ImageParts): number {
  const size = train.height * train.width * train.channels;
  const [sum, squares] = [new Float64Array(size), new Float64Array(size)];
  eachValue(train, (value, at) => {
    sum[at]! += value;
    squares[at]! += value * value;
  });
  const mean = sum.map((total) => total / train.count);
  const sigma = squares.map((total, at) => Math.max(LEAST, Math.sqrt(total / train.count - mean[at]! ** 2)));
  let total = 0;
  eachValue(evaluation, (value, at) => {
    const z = (value - mean[at]!) / sigma[at]!;
    total -= z * z / 2 + Math.log(sigma[at]!) + Math.log(2 * Math.PI) / 2;
  });
  return total / (evaluation.count * evaluation.height * evaluation.width);
}

/** Calls back with every value and its place in its image; one image at a time, for sets of any size. */
function eachValue(set: ImageParts["train"], visit: (value: number, at: number) => void): void {
  for (let image = 0; image < set.count; image++) pixelsOf(set, [image]).forEach(visit);
}

Deno.test("a place's own normal has the best mean and deviation of the images to train on", async () => {
  const set = (...values: number[]) => ({
    count: values.length / 2,
    height: 1,
    width: 2,
    channels: 1,
    values: Uint8Array.from(values),
    white: 10,
  });
  // The first place is always black, the second 0 or 1.
  const found = placeLikelihood({ train: set(0, 0, 0, 10), evaluation: set(0, 10) });
  const second = -0.5 - Math.log(0.5) - Math.log(2 * Math.PI) / 2;
  ok(Math.abs(found - (VALUE_CEILING + second) / 2) < 1e-6);
  const digits = await loadImageData("digits");
  equal(PLACE_LIKELIHOODS[digits.identity.sha256], placeLikelihood(digits));
});

const SET = {
  count: 7,
  height: 2,
  width: 3,
  channels: 1,
  values: Uint8Array.from({ length: 42 }, (_, i) => i),
  white: 42,
};

xlaTest("every image is tested once, in tasks that are the same each time", () => {
  const source = imageSource(SET, { batch: 3, ranges: { context: [1, 4], target: [2, 5] }, all: true });
  const tasks = imageEvaluation(source, SET.count, { context: 2, target: 1 });
  equal(tasks.batches, 3);
  const read = (index: number) => {
    const { points, counts, layout } = tasks.at(index);
    equal(counts.context + counts.target, 6);
    equal(layout.from + layout.target, 6);
    const values = points.y.arraySync() as number[][][];
    tf.dispose([points.x, points.y]);
    return { values, counts };
  };
  const shown = [0, 1, 2].flatMap((index) =>
    read(index).values.map((rows) => Math.floor(Math.round((rows[0]![0]! + 0.5) * 42) / 6))
  );
  deepEqual(shown, [0, 1, 2, 3, 4, 5, 6]);
  deepEqual(read(1), read(1));
  equal(imageEvaluation(source, SET.count, { context: 1, target: 1 }, 2).batches, 2);
  equal(imageEvaluation(source, SET.count, { context: 1, target: 1 }, 9).batches, 3);
  source.dispose();
});

xlaTest("kept weights belong to kept records, and give their calibration again", async () => {
  const settings = images.settings("quick", { steps: 8000, schedule: "cosine" });
  const trained = await trainedImages(settings);
  const names = kept.map(recordName);
  const runs = await images.runs(settings);
  const records = runs.map(({ identity }) => kept[names.indexOf(recordName(identity!))]);
  equal(records.filter((record) => record !== undefined).length, 2);
  const [canp] = await imageCalibration({ ...trained, models: trained.models.slice(0, 1) });
  // The weights have 16 bits, those of the run had 32.
  ok(Math.abs(canp!.score - records[0]!.metrics["calibration"]!) < 1e-3);
  trained.dispose();
  await rejects(
    trainedImages(images.settings("quick", { steps: 1 })),
    /images_quick_digits.*canp.*safetensors/,
  );
});

const DIMS = {
  dimX: 2,
  dimY: 1,
  dimHid: 16,
  dimLat: 8,
  encVDepth: 2,
  encQkDepth: 2,
  encPreDepth: 2,
  encPostDepth: 2,
  decDepth: 2,
};

/** Pixels of a picture that are not of the colour of unknown ones. */
const knownIn = ({ pixels }: Picture): number[] =>
  Array.from({ length: pixels.length / 3 }, (_, at) => at)
    .filter((at) => UNKNOWN.some((value, channel) => Math.abs(pixels[3 * at + channel]! - value) > 1e-6));

xlaTest(
  "larger contexts hold the smaller ones, of all models the same; known pixels are the image's",
  async () => {
    const set = await loadDigits();
    const shown: number[][][] = [];
    for (const name of ["canp", "ipnp", "tnpd"] as const) {
      const process = createProcess(name, DIMS, 2, 0);
      const [, second] = await completions(process, set, [3, 9], [4, 16], 5);
      const [few, many] = second!;
      const [small, large] = [knownIn(few!.context), knownIn(many!.context)];
      deepEqual([small.length, large.length], [4, 16]);
      ok(small.every((at) => large.includes(at)));
      for (const at of large) equal(many!.context.pixels[3 * at], many!.truth.pixels[3 * at]);
      deepEqual(
        [...many!.truth.pixels].filter((_, i) => i % 3 === 0),
        [...set.values.subarray(9 * 64, 10 * 64)].map((value) => Math.fround(value / set.white)),
      );
      ok(few!.mean.pixels.every((value) => value >= 0 && value <= 1));
      if (name !== "tnpd") ok(few!.sigma.pixels.every((value) => value >= -1e-5));
      equal(knownIn(few!.mean).length, 64);
      shown.push([small, large]);
      process.parameters.forEach((parameter) => parameter.dispose());
    }
    deepEqual(shown[1], shown[0]);
    deepEqual(shown[2], shown[0]);
    deepEqual(SIGMA_RANGE, [0.1, 0.5]);
  },
);

xlaTest("a completion leaves no buffers behind; counts beyond the pixels are refused", async () => {
  const set = await loadDigits();
  const process = createProcess("canp", DIMS, 2, 0);
  await completions(process, set, [0], [2], 0);
  const before = liveBuffers();
  await completions(process, set, [0], [2], 0);
  deepEqual(liveBuffers(), before);
  await rejects(
    completions(process, set, [0], [4, 65], 0),
    /context pixels: expected from 1 to 64, found 65/,
  );
  process.parameters.forEach((parameter) => parameter.dispose());
});
