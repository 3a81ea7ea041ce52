/** Everything a notebook needs, from one module. */
import { mkdirSync } from "node:fs";
import { dirname, join } from "node:path";
import { ROOT } from "./paths.ts";
import { forgetBinding } from "./setup/kernel.ts";

forgetBinding();

export * as tf from "@tensorflow/tfjs-core";
export * as aq from "arquero";
export * as nn from "./models/layers.ts";
export * as models from "./models/mod.ts";
export * as data from "./data/mod.ts";
export * as plots from "./plots/mod.ts";

export { describeEngine, jit, memoryOf, type Rng, tensorSpec, useEngine } from "./engine/mod.ts";
export type { BuildTableModel } from "./models/table/mod.ts";
export type { Encode } from "./models/process/conditional_process.ts";
export type { BuildProcess } from "./experiments/experiment.ts";

export { train } from "./train/loop.ts";
export { createOptimizer } from "./train/optimizer.ts";
export { fitProcess } from "./train/process/fit.ts";
export { loadProcess, saveProcess } from "./train/process/weights.ts";
export { contextEffect } from "./train/table/context_effect.ts";
export { fit } from "./train/table/fit.ts";
export { score } from "./train/table/score.ts";
export { defaultRecipe, fitTable, loadModel, loadTable } from "./tabular/mod.ts";

export { compare, log, panel, range, slides } from "./live/mod.ts";
export { html, markdown, progress, show, stopRequested, text } from "./notebook/mod.ts";
export { requestStop, resetStop } from "./progress/stop.ts";
export { exportFigure } from "./plots/mod.ts";
export { costTable, exportTable, readRecords, scoreTable, summarise, toMarkdown } from "./results/mod.ts";

export { KEPT_RECORDS } from "./experiments/profiles.ts";
export { calibrationFigure, completionFigures, trainedImages } from "./experiments/images/completion.ts";
export { cohortTruth, dosageFigure } from "./experiments/imputation/cohort.ts";
export { drawFunction, fewPoints, predictFunction } from "./experiments/gp/predictions.ts";
export { trainedProcess } from "./experiments/process_run.ts";
export { experiments } from "./experiments/registry.ts";
export { run } from "./experiments/run.ts";
export { runSources } from "./experiments/compare.ts";

/** The path of a file of this workspace, wherever a notebook runs; its folder is made, so that the file can be written. */
export function workspaceFile(path: string): string {
  const file = join(ROOT, path);
  mkdirSync(dirname(file), { recursive: true });
  return file;
}
