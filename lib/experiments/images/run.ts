import {
  checkPixels,
  imageDigest,
  type ImageParts,
  type ImageShape,
  imageSource,
  loadCelebA,
  loadDigits,
  loadImages,
  splitImages,
} from "../../data/images/mod.ts";
import type { ImageSource } from "../../data/images/tasks.ts";
import { unknown } from "../../data/nearest.ts";
import { checkRanges } from "../../data/task_source.ts";
import { UserError } from "../../errors.ts";
import type { RunIdentity } from "../../results/mod.ts";
import type { EvaluationTasks } from "../../train/process/evaluate.ts";
import { countsOf } from "../../train/process/evaluation_tasks.ts";
import { type Parts, pointsOf, taskLayout } from "../../train/process/layout.ts";
import { type Experiment, once, type Run } from "../experiment.ts";
import {
  changesOfTraining,
  type ProcessDetails,
  processNameOf,
  type Training,
  trainingRun,
} from "../process_run.ts";
import { imageReport } from "./report.ts";
import {
  CELEBA,
  CELEBA_TRAIN,
  contextsOf,
  imageProfile,
  imageRanges,
  imageRecipe,
  type ImageSettings,
  imageSettings,
} from "./settings.ts";

/** Images to complete: those to train on, those to test on, and what they are called in records. */
export interface ImageData extends ImageParts {
  identity: RunIdentity["data"];
}

/** Of images without parts of their own, this share is for evaluation, the same for every run. */
const EVALUATION_SHARE = 0.2;
const SPLIT_SEED = 0;

/**
 * Images by what a user calls them.
 *
 * @param data "digits" (8 x 8, grey), "celeba:FOLDER" or "folder:PATH" (both in colour)
 * @param size to which images of folders are made
 * @throws UserError for other data; see loadCelebA and loadImages.
 */
export async function loadImageData(data: string, size: readonly number[] = [64, 64]): Promise<ImageData> {
  const [kind, folder] = [data.replace(/:.*$/s, ""), /:(.*)$/s.exec(data)?.[1] ?? ""];
  if (kind === "digits" && !data.includes(":")) return named(kind, split(await loadDigits()));
  if (kind === "celeba" || kind === "folder") {
    if (folder === "") throw new UserError(`data: expected ${kind}:FOLDER, found "${data}"`);
    const [height, width, ...more] = size;
    if (!height || !width || more.length > 0) {
      throw new UserError(`size: expected height and width, found ${size.join(",")}`);
    }
    const options = { size: [height, width] as const };
    const parts = kind === "celeba"
      ? await loadCelebA(folder, options)
      : split(await loadImages(folder, { ...options, channels: 3 }));
    return named(kind, parts);
  }
  throw new UserError(
    `data: there are no images ${unknown(data, ["digits", "celeba:FOLDER", "folder:PATH"])}`,
  );
}

const split = (set: ImageParts["train"]) => splitImages(set, EVALUATION_SHARE, SPLIT_SEED);

function named(kind: string, parts: ImageParts): ImageData {
  const { height, width } = parts.train;
  const sha256 = imageDigest(parts.train, parts.evaluation);
  return { ...parts, identity: { name: `${kind} ${height}x${width}`, sha256 } };
}

const EVALUATION_BATCH = 16;
/** Every model is tested on the same tasks, whatever its own seed is. */
const EVALUATION_SEED = 0;

/**
 * The images of a source in their order, each once; the last batch may be smaller. Counts and pixels of a batch are always
 * the same, and others than those of training.
 *
 * @param count how many images the source has
 * @param batches the first so many; all for null
 */
export function imageEvaluation(
  source: ImageSource,
  count: number,
  parts: Parts,
  batches: number | null = null,
): EvaluationTasks {
  const { batch } = source;
  const all = Math.ceil(count / batch);
  return {
    batches: Math.min(batches ?? all, all),
    at(index) {
      const key = [EVALUATION_SEED, -1 - index] as const;
      const counts = countsOf(source, key);
      const layout = taskLayout(source, counts, parts);
      const size = Math.min(batch, count - index * batch);
      const indices = Array.from({ length: size }, (_, i) => index * batch + i);
      return { points: source.of(indices, key, pointsOf(layout)), counts, layout };
    },
  };
}

/** Ranges, then seeds, then models. @throws UserError for ranges that are none, or beyond the images */
function imageTrainings(
  settings: ImageSettings,
  train: ImageShape & { count: number },
  identity: RunIdentity["data"],
  load: () => Promise<ImageData>,
): Training[] {
  const { profile, models, seeds, target, data: what } = settings;
  const own = imageProfile(profile, train.count);
  const all = target === null;
  return contextsOf(settings).flatMap((context) => {
    const ranges = imageRanges(train, context, target);
    checkRanges(ranges);
    checkPixels(train, ranges, all);
    const counts = `ctx-${context.join("-")} tar-${all ? "all" : ranges.target.join("-")}`;
    const kind = what.replace(/:.*$/s, "");
    return seeds.flatMap((seed) =>
      models.map((model): Training => {
        const recipe = imageRecipe(processNameOf(model), train, ranges, profile, seed, settings);
        return {
          experiment: "images",
          profile,
          word: `${kind}-ctx${context[0]}`,
          words: `${kind === "celeba" ? "CelebA" : kind}, context ${context.join(" to ")}`,
          data: { ...identity, name: `${identity.name} ${counts}` },
          model,
          recipe,
          ranges,
          settings: own,
          ...all ? { all: train.height * train.width } : {},
          async tasks() {
            const { train, evaluation } = await load();
            const tested = imageSource(evaluation, { batch: EVALUATION_BATCH, ranges, all });
            const tasks = (batches: number | null) => () =>
              Promise.resolve(imageEvaluation(tested, evaluation.count, recipe.parts, batches));
            return {
              source: imageSource(train, { batch: own.batch, ranges, all }),
              tested,
              curve: tasks(own.curveBatches),
              final: { "": tasks(own.finalBatches) },
            };
          },
        };
      })
    );
  });
}

/** The trainings of a configuration with their images, which are loaded for it. */
export async function loadedTrainings(
  settings: ImageSettings,
): Promise<{ data: ImageData; trainings: Training[] }> {
  const data = await loadImageData(settings.data, settings.size);
  return {
    data,
    trainings: imageTrainings(settings, data.train, data.identity, () => Promise.resolve(data)),
  };
}

/** @throws UserError for what is wrong with the data or the counts, before anything is trained */
async function runs(settings: ImageSettings): Promise<Run<ProcessDetails>[]> {
  if (settings.data === CELEBA) return await celebaRuns(settings);
  return (await loadedTrainings(settings)).trainings.map(trainingRun);
}

/** Without identities: those have a checksum of all images, which take long to read. */
async function celebaRuns(settings: ImageSettings): Promise<Run<ProcessDetails>[]> {
  const folder = CELEBA.replace("celeba:", "");
  const needs = await Deno.stat(folder).then(
    () => undefined,
    () => "data/celeba/img_align_celeba and data/celeba/list_eval_partition.txt",
  );
  const loaded = once(async () => (await loadedTrainings(settings)).trainings.map(trainingRun));
  const nothing = () => Promise.reject(new Error("expected the images to be loaded first"));
  return imageTrainings(settings, CELEBA_TRAIN, { name: "", sha256: "" }, nothing).map((training, i) => {
    const { identity: _, beginning: __, ...run } = trainingRun(training);
    return {
      ...run,
      needs,
      identify: async () => (await loaded())[i]!.identity!,
      execute: async (options) => await (await loaded())[i]!.execute(options),
    };
  });
}

export const images: Experiment<ImageSettings, ProcessDetails> = {
  name: "images",
  notebook: "06_image_completion",
  settings: imageSettings,
  runs,
  report: imageReport,
  changesOf: (record) => ({
    ...changesOfTraining(record),
    ...record.data.name.startsWith("digits") ? { data: "digits" } : {},
  }),
};
