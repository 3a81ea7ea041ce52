import { checkRanges, type CountRanges } from "../../data/gp/counts.ts";
import { checkPixels, type ImageSize, imageSource } from "../../data/images/mod.ts";
import type { TaskSource } from "../../data/task_source.ts";
import type { ProcessName } from "../../models/process/registry.ts";
import { stopRequested } from "../../progress/mod.ts";
import type { Json, RunIdentity, RunRecord } from "../../results/mod.ts";
import type { ProcessRecipe } from "../../train/process/recipe.ts";
import { type ImageData, loadImageData } from "./images_data.ts";
import { imageEvaluation } from "./images_evaluation.ts";
import {
  IMAGE_SETTINGS,
  imageRanges,
  imageRecipe,
  type ImageSettings,
  type Range,
} from "./images_settings.ts";
import { type ProcessTests, runBeginning, runProcess } from "../process_run.ts";
import type { ProcessChanges } from "../process_settings.ts";
import { LOCAL_RECORDS, type Profile } from "../profiles.ts";
import { type Outcome, recorded } from "../record.ts";

/** Completion of images from some of their pixels (the authors' CelebA experiment). */
export interface ImageConfig extends ProcessChanges {
  profile: Profile;
  /** "digits", "celeba:FOLDER" or "folder:PATH". */
  data: string;
  /** Height and width that images of folders are made to; default 64 x 64. */
  size?: ImageSize;
  models: readonly ProcessName[];
  /** Ranges of context pixels; the authors' are [A, 2A]. */
  contexts: readonly Range[];
  /** Range of target pixels; without it all pixels beyond the context are targets, as in the authors' runs. */
  target?: Range;
  seeds: readonly number[];
  /** Where records are kept. */
  records?: string;
}

export interface ImageRun {
  identity: RunIdentity;
  recipe: ProcessRecipe;
  ranges: CountRanges;
  all: boolean;
  settings: ImageSettings;
}

/** Images of a test batch. */
export const EVALUATION_BATCH = 16;

/**
 * The runs of a configuration: ranges, then seeds, then models.
 *
 * @throws UserError for ranges that are none, and for more points than pixels.
 */
export function imageRuns(config: ImageConfig, { train, identity: data }: ImageData): ImageRun[] {
  const { profile, models, contexts, target, seeds, data: _, size: __, records: ___, ...changes } = config;
  const settings = IMAGE_SETTINGS[profile];
  const all = target === undefined;
  return contexts.flatMap((context) => {
    const ranges = imageRanges(train, context, target);
    checkRanges(ranges);
    checkPixels(train, ranges, all);
    return seeds.flatMap((seed) =>
      models.map((model) => {
        const recipe = imageRecipe(model, train, ranges, profile, seed, changes);
        const { seed: _, ...configuration } = recipe;
        const { batch, finalBatches, curveBatches, curveSamples } = settings;
        const identity: RunIdentity = {
          experiment: "images",
          profile,
          model,
          data: { ...data, name: `${data.name} ${countsName(ranges, all)}` },
          fold: null,
          seed,
          configuration: {
            ...configuration,
            batch,
            finalBatches,
            curveBatches,
            curveSamples,
          } as unknown as Record<string, Json>,
        };
        return { identity, recipe, ranges, all, settings };
      })
    );
  });
}

/** "ctx-8-16 tar-all". */
const countsName = ({ context, target }: CountRanges, all: boolean): string =>
  `ctx-${context.join("-")} tar-${all ? "all" : target.join("-")}`;

/**
 * Runs what has no record yet, and gives the records of all runs. A stop request ends it with the records so far; the
 * run under way goes on from its checkpoint the next time.
 *
 * @throws UserError for what is wrong with the data or the counts, before anything is trained.
 */
export async function runImages(config: ImageConfig): Promise<RunRecord[]> {
  const data = await loadImageData(config.data, config.size);
  const records: RunRecord[] = [];
  for (const run of imageRuns(config, data)) {
    if (stopRequested()) break;
    const record = await recorded(config.records ?? LOCAL_RECORDS, run.identity, () => execute(run, data), {
      own: true,
    });
    if (!record) break;
    records.push(record);
  }
  return records;
}

/** Trains and tests one model; undefined if it was stopped. */
const execute = (run: ImageRun, data: ImageData): Promise<Outcome | undefined> =>
  withTasks(run, data, (source, tests) => runProcess(run.identity, run.recipe, source, tests));

/** Its first steps alone; undefined if they were stopped. */
export const imageBeginning = (run: ImageRun, data: ImageData, steps: number): Promise<Outcome | undefined> =>
  withTasks(run, data, (source, tests) => runBeginning(run.recipe, source, tests, steps));

/** Does something with what a model is trained and tested on. */
async function withTasks<T>(
  { recipe, ranges, all, settings }: ImageRun,
  { train, evaluation }: ImageData,
  work: (source: TaskSource, tests: ProcessTests) => Promise<T>,
): Promise<T> {
  const { batch, finalBatches, curveBatches, curveSamples, lookAt } = settings;
  const tested = imageSource(evaluation, { batch: EVALUATION_BATCH, ranges, all });
  const tasks = (batches: number | null) => () =>
    Promise.resolve(imageEvaluation(tested, evaluation.count, recipe.parts, batches));
  try {
    return await work(imageSource(train, { batch, ranges, all }), {
      lookAt,
      curve: tasks(curveBatches),
      curveSamples,
      final: { "": tasks(finalBatches) },
    });
  } finally {
    tested.dispose();
  }
}
