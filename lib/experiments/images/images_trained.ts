import type { CountRanges } from "../../data/gp/counts.ts";
import { imageSource } from "../../data/images/mod.ts";
import { CALIBRATION_LEVELS } from "../../models/process/calibration.ts";
import type { Process } from "../../models/process/registry.ts";
import type { CalibrationSeries } from "../../plots/mod.ts";
import { createEvaluator } from "../../train/process/evaluate.ts";
import type { ProcessRecipe } from "../../train/process/recipe.ts";
import { loadProcess } from "../../train/process/weights.ts";
import { EVALUATION_BATCH, type ImageConfig, imageRuns } from "./images.ts";
import { type ImageData, loadImageData } from "./images_data.ts";
import { imageEvaluation } from "./images_evaluation.ts";
import type { ImageSettings } from "./images_settings.ts";
import { runFile } from "../process_run.ts";
import { LOCAL_WEIGHTS } from "../profiles.ts";

/** The trained models of a configuration, and what they were trained on. */
export interface TrainedImages {
  data: ImageData;
  models: TrainedImageModel[];
  dispose(): void;
}

export interface TrainedImageModel {
  process: Process;
  recipe: ProcessRecipe;
  ranges: CountRanges;
  all: boolean;
  settings: ImageSettings;
}

/**
 * Loads what `runImages` trained.
 *
 * @param folder of the weights; default those of this machine
 * @throws UserError naming the file for a run whose weights are not there.
 */
export async function trainedImages(
  config: ImageConfig,
  folder = LOCAL_WEIGHTS,
): Promise<TrainedImages> {
  const data = await loadImageData(config.data, config.size);
  const models: TrainedImageModel[] = [];
  for (const { identity, recipe, ...rest } of imageRuns(config, data)) {
    const { process } = await loadProcess(runFile(folder, identity));
    models.push({ process, recipe, ...rest });
  }
  const dispose = () => models.forEach(({ process }) => process.parameters.forEach((one) => one.dispose()));
  return { data, models, dispose };
}

/** How often central intervals hold the target values, on the tasks that the records' scores are of. */
export async function imageCalibration({ data, models }: TrainedImages): Promise<CalibrationSeries[]> {
  const series: CalibrationSeries[] = [];
  for (const { process, recipe, ranges, all, settings } of models) {
    const source = imageSource(data.evaluation, { batch: EVALUATION_BATCH, ranges, all });
    const tasks = imageEvaluation(source, data.evaluation.count, recipe.parts, settings.finalBatches);
    const evaluator = createEvaluator(process, tasks, recipe.seed);
    const { calibration } = await evaluator(recipe.evalSamples);
    evaluator.dispose();
    source.dispose();
    series.push({ series: recipe.model, levels: CALIBRATION_LEVELS, ...calibration });
  }
  return series;
}
