import { loadDigits } from "../../data/images/mod.ts";
import type { ProcessName } from "../../models/process/registry.ts";
import { gpRuns, runGp } from "../gp/gp.ts";
import { GP_BATCH, GP_LEAST, GP_MODELS } from "../gp/gp_settings.ts";
import { imageRuns, runImages } from "../images/images.ts";
import { loadImageData } from "../images/images_data.ts";
import {
  CELEBA_LEAST,
  IMAGE_SETTINGS,
  imageContext,
  imageRanges,
  imageRecipe,
} from "../images/images_settings.ts";
import { type Experiment, type Job, jobId, type JobOptions } from "./job.ts";

/** What the first cell of notebook 04 says. */
export const GP_QUICK = {
  models: ["canp", "cipnp", "cipnp-fast"] as ProcessName[],
  least: [64],
  steps: 200,
  seeds: [0],
  parts: { context: 1, target: 1 },
};

/** The authors' runs: five ranges, five seeds. */
const GP_PAPER = { models: GP_MODELS, least: GP_LEAST, seeds: [0, 1, 2, 3, 4] };

/** Neural processes on Gaussian processes: range x model x seed. */
export const gpJobs: Experiment = {
  name: "gp",
  notebook: "04_gp_meta_learning",
  jobs({ profile, steps }) {
    const chosen = profile === "paper"
      ? { ...GP_PAPER, steps }
      : { ...GP_QUICK, steps: steps ?? GP_QUICK.steps };
    return chosen.least.flatMap((least) => {
      const config = { profile, ...chosen, least: [least] };
      return gpRuns(config).map(({ identity, recipe, ranges }): Job => {
        const { model, seed } = recipe;
        return {
          id: jobId("gp", `ctx${least}`, model, `seed${seed}`),
          data: `rbf, context ${ranges.context.join(" to ")}`,
          model,
          identity,
          steps: recipe.steps,
          program: { kind: "process", recipe, ranges, batch: GP_BATCH },
          run: async (records) => (await runGp({ ...config, models: [model], seeds: [seed], records }))[0],
        };
      });
    });
  },
};

/** What the first cell of notebook 06 says. */
export const IMAGES_QUICK = {
  data: "digits",
  models: ["canp", "ipnp"] as ProcessName[],
  least: [8],
  steps: 300,
  seed: 0,
};

/** The authors' runs on CelebA, and where its folder is looked for. */
const CELEBA = { models: ["canp", "banp", "anp", "cipnp", "ipnp"] as ProcessName[], folder: "data/celeba" };

/** Images that the authors trained on: partitions 0 and 1, in colour. */
const CELEBA_TRAIN = { height: 64, width: 64, channels: 3, count: 182_637 };

/** Completion of images: range x model. */
export const imageJobs: Experiment = {
  name: "images",
  notebook: "06_image_completion",
  jobs: (options) => options.profile === "paper" ? celebaJobs(options) : digitJobs(options),
};

async function digitJobs({ profile, steps = IMAGES_QUICK.steps }: JobOptions): Promise<Job[]> {
  const { data, models, least, seed } = IMAGES_QUICK;
  const config = { profile, data, models, contexts: least.map(imageContext), seeds: [seed], steps };
  const { batch } = IMAGE_SETTINGS[profile];
  const { height, width } = await loadDigits();
  return imageRuns(config, await loadImageData(data)).map(({ identity, recipe, ranges }) => ({
    id: jobId("images", `${data}-ctx${ranges.context[0]}`, recipe.model, `seed${seed}`),
    data: `${data}, context ${ranges.context.join(" to ")}`,
    model: recipe.model,
    identity,
    steps: recipe.steps,
    program: { kind: "process", recipe, ranges, batch, all: height * width },
    run: async (records) =>
      (await runImages({ ...config, models: [recipe.model], contexts: [ranges.context], records }))[0],
  }));
}

/** Without identities: those have a checksum of all images. */
async function celebaJobs({ profile, steps }: JobOptions): Promise<Job[]> {
  const { models, folder } = CELEBA;
  const path = new URL(`../../../${folder}`, import.meta.url);
  const there = await Deno.stat(path).then(() => true, () => false);
  const needs = there ? undefined : `${folder}/img_align_celeba and ${folder}/list_eval_partition.txt`;
  const { height, width, count } = CELEBA_TRAIN;
  return CELEBA_LEAST.flatMap((least) =>
    models.map((model): Job => {
      const context = imageContext(least);
      const ranges = imageRanges(CELEBA_TRAIN, context);
      const recipe = imageRecipe(model, CELEBA_TRAIN, ranges, profile, 0, { steps });
      const { batch } = IMAGE_SETTINGS[profile];
      const config = { profile, data: `celeba:${path.pathname}`, size: [height, width] as const, steps };
      return {
        id: jobId("images", `celeba-ctx${least}`, model, "seed0"),
        data: `CelebA, context ${context.join(" to ")}`,
        model,
        steps: recipe.steps,
        needs,
        program: { kind: "process", recipe, ranges, batch: Math.min(batch, count), all: height * width },
        run: async (records) =>
          (await runImages({ ...config, models: [model], contexts: [context], seeds: [0], records }))[0],
      };
    })
  );
}
